/** How values are distributed, to within one per cent of each: counts of ranges that grow with the value. */
const GROWTH = 1.02;
const PER_LOG = 1 / Math.log(GROWTH);

export class Quantiles {
  /** Of values above 0, by range: `GROWTH ** (range - 1) < value <= GROWTH ** range`. */
  readonly #counts = new Map<number, number>();
  #rest = 0;

  add(value: number, times = 1): void {
    if (!(value > 0)) this.#rest += times;
    else {
      const range = Math.ceil(Math.log(value) * PER_LOG);
      this.#counts.set(range, (this.#counts.get(range) ?? 0) + times);
    }
  }

  merge(other: Quantiles): void {
    this.#rest += other.#rest;
    for (const [range, count] of other.#counts) this.#counts.set(range, (this.#counts.get(range) ?? 0) + count);
  }

  /** The value that `share` (0 to 1) of all are at or below; 0 for what is not above 0, and for nothing. */
  at(share: number): number {
    const counts = [...this.#counts].sort(([a], [b]) => a - b);
    const total = counts.reduce((sum, [, count]) => sum + count, this.#rest);
    let left = Math.max(1, Math.ceil(share * total)) - this.#rest;
    if (left <= 0) return 0;
    for (const [range, count] of counts) {
      left -= count;
      // The middle of the range, so that the error is the same to either side.
      if (left <= 0) return (GROWTH ** range * 2) / (GROWTH + 1);
    }
    return 0;
  }
}
