/** What of a run is compared: latencies, failures, losses and throughput, by the slices of its timeline. */
import { UsageError } from '../errors.ts';
import { decodeHistogram, newHistogram } from '../histogram.ts';
import { LATENCIES, type Latencies } from '../workers/protocol.ts';
import type { SliceWithLosses } from './losses.ts';
import type { Series } from './windows.ts';

export interface Metric {
  readonly name: string;
  readonly unit: 'ms' | '%' | '/s';
  /** Which way a run gets worse. */
  readonly worse: 'more' | 'less';
  /** NaN where nothing was measured. */
  value(slices: readonly SliceWithLosses[]): number;
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

const total = (slices: readonly SliceWithLosses[], of: (slice: SliceWithLosses) => number) =>
  slices.reduce((n, one) => n + of(one), 0);

/** Of what was sent, so much is bad. */
function rateMetric(name: string, bad: (slice: SliceWithLosses) => number): Metric {
  return {
    name,
    unit: '%',
    worse: 'more',
    value(slices) {
      const sent = total(slices, (slice) => slice.sent);
      return sent === 0 ? Number.NaN : (100 * total(slices, bad)) / sent;
    },
  };
}

const OTHERS: readonly Metric[] = [
  rateMetric('failed', ({ failed, unknown }) => failed + unknown),
  rateMetric('lost', ({ lost = Number.NaN }) => lost),
  rateMetric('refused', ({ refused = Number.NaN }) => refused),
  {
    name: 'throughput',
    unit: '/s',
    worse: 'less',
    value(slices) {
      const pausedMs = total(slices, ({ pausedMs: ms = 0 }) => ms);
      const seconds = (slices.at(-1)!.to - slices[0]!.from - pausedMs) / 1000;
      return seconds > 0 ? total(slices, ({ acknowledged }) => acknowledged) / seconds : Number.NaN;
    },
  },
];

export function seriesOf({ value }: Metric, { slices }: { readonly slices: readonly SliceWithLosses[] }): Series {
  return { length: slices.length, value: (from, to) => value(slices.slice(from, to)) };
}
