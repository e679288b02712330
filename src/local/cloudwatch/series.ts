/** One metric over time, in the statistics that CloudWatch keeps of it. */
import { Quantiles } from './quantiles.ts';

/** What was measured from `at` on, over a second, a minute or the period that was asked for. */
export interface Point {
  /** Epoch ms. */
  readonly at: number;
  samples: number;
  sum: number;
  min: number;
  max: number;
  /** Absent while all values are the same. */
  quantiles?: Quantiles;
}

export interface MetricName {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** "High resolution for 3 hours, 60 seconds for 15 days" (CloudWatch user guide, "Metrics retention"); then it is gone here. */
const FINE_MS = 3 * HOUR;
const KEPT_MS = 15 * 24 * HOUR;
/** How many seconds may pile up before the old ones are put together. */
const COMPACT_EVERY = 3600;

export class Series {
  readonly name: MetricName;
  /** As the metric was put; `None` is one. */
  readonly unit: string;
  /** Ascending. */
  #points: Point[] = [];
  #sinceCompacted = 0;

  constructor(name: MetricName, unit: string) {
    this.name = name;
    this.unit = unit;
  }

  /** A value at a time, epoch ms. @returns the second that it is in. */
  add(value: number, at: number): Point {
    const point = this.#second(Math.floor(at / SECOND) * SECOND);
    if (point.samples > 0 && value !== point.min && !point.quantiles) {
      point.quantiles = new Quantiles();
      point.quantiles.add(point.min, point.samples);
    }
    point.quantiles?.add(value);
    point.samples++;
    point.sum += value;
    point.min = Math.min(point.min, value);
    point.max = Math.max(point.max, value);
    return point;
  }

  /** When there was something last, epoch ms. */
  get lastAt(): number {
    return this.#points.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  }

  /** What was measured in `from <= at < to`, put together by `periodMs`; ascending, nothing for a period without values. */
  points(from: number, to: number, periodMs: number): Point[] {
    const periods: Point[] = [];
    for (let i = this.#firstFrom(from); i < this.#points.length; i++) {
      const point = this.#points[i]!;
      if (point.at >= to) break;
      const at = Math.floor(point.at / periodMs) * periodMs;
      const last = periods.at(-1);
      if (last?.at === at) merge(last, point);
      else periods.push(merge(emptyAt(at), point));
    }
    return periods;
  }

  #second(at: number): Point {
    const last = this.#points.at(-1);
    if (last?.at === at) return last;
    const point = emptyAt(at);
    if (last === undefined || last.at < at) {
      this.#points.push(point);
      if (++this.#sinceCompacted >= COMPACT_EVERY) this.#compact(at);
      return point;
    }
    const index = this.#firstFrom(at);
    if (this.#points[index]!.at === at) return this.#points[index]!;
    this.#points.splice(index, 0, point);
    return point;
  }

  #compact(now: number): void {
    this.#sinceCompacted = 0;
    const edge = Math.floor((now - FINE_MS) / MINUTE) * MINUTE;
    const minutes = this.points(now - KEPT_MS, edge, MINUTE);
    this.#points = [...minutes, ...this.#points.slice(this.#firstFrom(edge))];
  }

  #firstFrom(at: number): number {
    let low = 0;
    let high = this.#points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#points[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function emptyAt(at: number): Point {
  return { at, samples: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
}

function merge(into: Point, point: Point): Point {
  const same = !into.quantiles && !point.quantiles && (into.samples === 0 || into.min === point.min);
  if (!same) {
    into.quantiles ??= spread(into);
    into.quantiles.merge(point.quantiles ?? spread(point));
  }
  into.samples += point.samples;
  into.sum += point.sum;
  into.min = Math.min(into.min, point.min);
  into.max = Math.max(into.max, point.max);
  return into;
}

/** Of values that are all the same. */
function spread({ samples, min }: Point): Quantiles {
  const quantiles = new Quantiles();
  if (samples > 0) quantiles.add(min, samples);
  return quantiles;
}
