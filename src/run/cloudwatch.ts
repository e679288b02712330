/** What CloudWatch saw of a run against a deployed stack, in the line form of the stand-in's metrics.ndjson. */
import { writeFile } from 'node:fs/promises';
import type { CloudWatchClient, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { cloudWatchClient } from '../aws.ts';
import type { Clock } from '../clock.ts';
import { INGEST_RULE } from '../local/ingest-design.ts';
import type { DeployedStack } from '../target.ts';
import { pause } from './pause.ts';
import { cannotWriteFile } from './run-directory.ts';

/** One metric over one minute, which is what AWS keeps. Nothing happened: no line. */
export interface MetricLine {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Start of the minute, epoch ms. */
  readonly at: number;
  readonly seconds: number;
  readonly samples: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

type Wanted = Pick<MetricLine, 'namespace' | 'metric' | 'dimensions'>;

const PERIOD_S = 60;
const MINUTE_MS = PERIOD_S * 1000;
/** "As many as 500 different metrics in a single request" (API reference, GetMetricData). */
const PER_REQUEST = 500;
const STATISTICS = { samples: 'SampleCount', sum: 'Sum', min: 'Minimum', max: 'Maximum' } as const;

const OF_FUNCTIONS = ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'];
/** infra/lambdas/embedded-metrics.ts */
const OF_ANSWERS = ['Accepted', 'RefusedAsOlder', 'Refused', 'Failed', 'BatchSize'];

/** The metrics of the 2022 report's figures, of both functions, and those before and after them. */
export function metricsOf({ ingest, ingestFunction, queryFunction }: DeployedStack): Wanted[] {
  const ofFunction = (name: string, metrics: readonly string[], namespace = 'AWS/Lambda'): Wanted[] =>
    metrics.map((metric) => ({ namespace, metric, dimensions: { FunctionName: name } }));
  const ofRule = (metric: string, more: Record<string, string> = {}): Wanted => ({
    namespace: 'AWS/IoT',
    metric,
    dimensions: { RuleName: INGEST_RULE, ...more },
  });
  const ActionType = { lambda: 'Lambda', stream: 'Kinesis', direct: 'Location' }[ingest];
  return [
    ofRule('TopicMatch'),
    ofRule('Success', { ActionType }),
    ofRule('Failure', { ActionType }),
    ...(ingestFunction === undefined
      ? []
      : [
          ...ofFunction(ingestFunction, OF_FUNCTIONS),
          ...ofFunction(ingestFunction, ingest === 'stream' ? ['IteratorAge'] : ['AsyncEventAge']),
          ...ofFunction(ingestFunction, OF_ANSWERS, 'simctl'),
        ]),
    ...ofFunction(queryFunction, OF_FUNCTIONS),
  ];
}

/** All lines from the minute of `from` to that of `to`, by time. Both epoch ms. */
export async function readMetrics(
  client: Pick<CloudWatchClient, 'send'>,
  wanted: readonly Wanted[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<MetricLine[]> {
  const { GetMetricDataCommand } = await import('@aws-sdk/client-cloudwatch');
  const queries = wanted.flatMap((metric, i) =>
    Object.entries(STATISTICS).map(([field, statistic]) => query(`${field}_${i}`, metric, statistic)),
  );
  const StartTime = new Date(Math.floor(from / MINUTE_MS) * MINUTE_MS);
  const EndTime = new Date((Math.floor(to / MINUTE_MS) + 1) * MINUTE_MS);
  const lines = new Map<string, { -readonly [K in keyof MetricLine]: MetricLine[K] }>();
  for (let first = 0; first < queries.length; first += PER_REQUEST) {
    let NextToken: string | undefined;
    do {
      const MetricDataQueries = queries.slice(first, first + PER_REQUEST);
      const request = { MetricDataQueries, StartTime, EndTime, ScanBy: 'TimestampAscending' as const };
      const answer = await client.send(new GetMetricDataCommand({ ...request, ...(NextToken ? { NextToken } : {}) }));
      for (const { Id = '', Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
        const [field, i] = Id.split('_') as [keyof typeof STATISTICS, string];
        const metric = wanted[Number(i)]!;
        Timestamps.forEach((time, n) => {
          const at = time.getTime();
          const key = `${at} ${i}`;
          const line = lines.get(key) ?? { ...metric, at, seconds: PERIOD_S, samples: 0, sum: 0, min: 0, max: 0 };
          line[field] = Values[n]!;
          lines.set(key, line);
        });
      }
      NextToken = answer.NextToken;
    } while (NextToken);
  }
  return [...lines.values()].sort((a, b) => a.at - b.at);
}

function query(Id: string, { namespace, metric, dimensions }: Wanted, Stat: string): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    Id,
    MetricStat: { Metric: { Namespace: namespace, MetricName: metric, Dimensions }, Period: PERIOD_S, Stat },
    ReturnData: true,
  };
}

/** Metrics come minutes late: they are asked for until they no longer change, this long at most. */
const AT_MOST_MS = 240_000;
const NOT_BEFORE_MS = 90_000;
const EVERY_MS = 20_000;

export interface SettledOptions {
  readonly region: string;
  readonly stack: DeployedStack;
  /** The run's, epoch ms. */
  readonly window: { readonly from: number; readonly to: number };
  readonly file: string;
  readonly clock: Clock;
  readonly abort: AbortSignal;
  readonly client?: Pick<CloudWatchClient, 'send'>;
}

/** Writes `file` once CloudWatch has the whole run. @returns how many lines, and whether they had stopped changing. */
export async function writeMetrics({
  region,
  stack,
  window,
  file,
  clock,
  abort,
  client,
}: SettledOptions): Promise<{ lines: number; settled: boolean }> {
  const asking = client ?? (await cloudWatchClient({ region }));
  const wanted = metricsOf(stack);
  let text = '';
  for (;;) {
    const lines = await readMetrics(asking, wanted, window);
    const now = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const settled = now === text && now !== '' && clock.now() >= window.to + NOT_BEFORE_MS;
    text = now;
    if (settled || abort.aborted || clock.now() >= window.to + AT_MOST_MS) {
      await writeFile(file, text).catch((error) => {
        throw cannotWriteFile(file, error);
      });
      return { lines: lines.length, settled };
    }
    await pause(clock, EVERY_MS, abort);
  }
}
