import { invalid } from './errors.ts';
import type { Point } from './series.ts';

/** What is told of a point. */
export type Statistic = (point: Point) => number;

const STATISTICS: Readonly<Record<string, Statistic>> = {
  SampleCount: ({ samples }) => samples,
  Sum: ({ sum }) => sum,
  Average: ({ sum, samples }) => sum / samples,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

/** By its name: one of five, or a percentile such as p99 or p99.9. @throws CloudWatchError for another. */
export function statistic(name: string, path: string): Statistic {
  if (Object.hasOwn(STATISTICS, name)) return STATISTICS[name]!;
  const percent = /^p(\d{1,3}(\.\d{1,10})?)$/.exec(name)?.[1];
  if (percent === undefined || Number(percent) > 100)
    throw invalid(
      `The value ${name} for parameter ${path} is not supported: the stand-in has ${Object.keys(STATISTICS).join(', ')} and p0 to p100.`,
    );
  const share = Number(percent) / 100;
  return ({ quantiles, min, max }) => Math.min(max, Math.max(min, quantiles?.at(share) ?? min));
}
