/** A figure over a whole run, however long: beyond its capacity neighbours are folded into one, and one again. */
export interface Series {
  /** Oldest first; each stands for the same length of time, but for the last. */
  readonly values: readonly number[];
  readonly last: number;
  /** Of all that were added. */
  readonly max: number;
  add(value: number): void;
}

/** How several values become one: a rate's mean, a latency's worst. */
export type Fold = (values: readonly number[]) => number;

export const mean: Fold = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const worst: Fold = (values) => values.reduce((most, value) => Math.max(most, value), 0);

const CAPACITY = 512;

export function newSeries(fold: Fold, capacity = CAPACITY): Series {
  let values: number[] = [];
  let pending: number[] = [];
  let [each, last, max] = [1, 0, 0];
  return {
    get values() {
      return pending.length === 0 ? values : [...values, fold(pending)];
    },
    get last() {
      return last;
    },
    get max() {
      return max;
    },
    add(value) {
      last = value;
      max = Math.max(max, value);
      pending.push(value);
      if (pending.length < each) return;
      values.push(fold(pending));
      pending = [];
      if (values.length < capacity) return;
      values = Array.from({ length: values.length / 2 }, (_, i) => fold(values.slice(2 * i, 2 * i + 2)));
      each *= 2;
    },
  };
}
