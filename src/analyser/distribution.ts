/** Of exact values, negative ones too (a latency histogram has none). */
export interface Distribution {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** Values below zero. */
  readonly negative: number;
  /** Equally wide, from `min` to `max`; each [from, to), the last with its end. */
  readonly bins: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

const BINS = 20;

/** @returns undefined where there is no value */
export function distributionOf(values: Iterable<number>): Distribution | undefined {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  if (count === 0) return undefined;
  // The nearest rank: a value that occurred.
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)]!;
  const [min, max] = [sorted[0]!, sorted[count - 1]!];
  return {
    count,
    min,
    mean: sorted.reduce((sum, value) => sum + value, 0) / count,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max,
    negative: sorted.findIndex((value) => value >= 0) < 0 ? count : sorted.findIndex((value) => value >= 0),
    bins: binsOf(sorted, min, max),
  };
}

function binsOf(sorted: Float64Array, min: number, max: number): Distribution['bins'] {
  const width = (max - min) / BINS;
  if (width === 0) return [{ from: min, to: max, count: sorted.length }];
  const counts = new Array<number>(BINS).fill(0);
  for (const value of sorted) counts[Math.min(BINS - 1, Math.floor((value - min) / width))]!++;
  return counts.map((count, i) => ({ from: min + i * width, to: min + (i + 1) * width, count }));
}
