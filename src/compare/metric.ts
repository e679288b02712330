/** What of a run is compared: latencies, failures and throughput, by the slices of its timeline. */
import { UsageError } from '../errors.ts';
import { decodeHistogram, newHistogram } from '../histogram.ts';
import type { RecordedRun } from '../run/recorded-run.ts';
import { LATENCIES, type Latencies } from '../workers/protocol.ts';
import type { Slice } from '../workers/timeline.ts';
import type { Series } from './windows.ts';

export interface Metric {
  readonly name: string;
  readonly unit: 'ms' | '%' | '/s';
  /** Which way a run gets worse. */
  readonly worse: 'more' | 'less';
  value(slices: readonly Slice[]): number;
}

const POINTS = { p50: 50, p90: 90, p99: 99, 'p99.9': 99.9 } as const;

/** @throws UsageError that lists what there is */
export function metricNamed(name: string): Metric {
  const [latency = '', ...rest] = name.split('.');
  const percentile = POINTS[rest.join('.') as keyof typeof POINTS];
  if ((LATENCIES as readonly string[]).includes(latency) && percentile !== undefined)
    return latencyMetric(name, latency as keyof Latencies, percentile);
  const metric = OTHERS.find((other) => other.name === name);
  if (metric !== undefined) return metric;
  const all = LATENCIES.flatMap((one) => Object.keys(POINTS).map((point) => `${one}.${point}`));
  throw new UsageError(`there is no metric ${name}`, {
    hint: `There are ${[...all, ...OTHERS.map((other) => other.name)].join(', ')}.`,
  });
}

function latencyMetric(name: string, latency: keyof Latencies, percentile: number): Metric {
  return {
    name,
    unit: 'ms',
    worse: 'more',
    value(slices) {
      const sum = newHistogram();
      for (const { latencies } of slices) sum.add(decodeHistogram(latencies[latency]));
      return sum.totalCount === 0 ? Number.NaN : sum.getValueAtPercentile(percentile) / 1000;
    },
  };
}

const total = (slices: readonly Slice[], of: (slice: Slice) => number) => slices.reduce((n, one) => n + of(one), 0);

const OTHERS: readonly Metric[] = [
  {
    name: 'failed',
    unit: '%',
    worse: 'more',
    value(slices) {
      const sent = total(slices, (slice) => slice.sent);
      const bad = total(slices, ({ failed, unknown }) => failed + unknown);
      return sent === 0 ? Number.NaN : (100 * bad) / sent;
    },
  },
  {
    name: 'throughput',
    unit: '/s',
    worse: 'less',
    value(slices) {
      const seconds = (slices.at(-1)!.to - slices[0]!.from) / 1000;
      return seconds > 0 ? total(slices, ({ acknowledged }) => acknowledged) / seconds : Number.NaN;
    },
  },
];

export function seriesOf({ value }: Metric, { slices }: Pick<RecordedRun, 'slices'>): Series {
  return { length: slices.length, value: (from, to) => value(slices.slice(from, to)) };
}
