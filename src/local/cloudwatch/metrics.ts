/** What CloudWatch keeps of the account: statistics of each metric for each second, in memory and in `metrics.ndjson`. */
import { join } from 'node:path';
import { openLineLog } from '../../line-log.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { type MetricName, type Point, Series } from './series.ts';

/** One metric over one second, as it is written down. Nothing happened: no line. */
interface MetricLine extends MetricName {
  /** Start of the second, epoch ms. */
  readonly at: number;
  readonly samples: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

type Dimensions = Readonly<Record<string, string>>;
export type FunctionMetric =
  | 'Invocations'
  | 'Errors'
  | 'Throttles'
  | 'Duration'
  | 'ConcurrentExecutions'
  | 'IteratorAge';

/** Takes the values of one metric, now. */
export type Gauge = (value: number) => void;

export interface Metrics {
  /** To be held by whoever measures often: the look-up costs more than a value. */
  gauge(namespace: string, metric: string, dimensions: Dimensions, unit: string): Gauge;
  /** A value of one of a function's metrics, now. */
  ofFunction(name: string, metric: FunctionMetric, value: number): void;
  /** Takes a line of a function's output where it is in the embedded metric format. @returns whether it is. */
  ofLine(line: string): boolean;
  /** Every metric that ever had a value, in the order of the first. */
  all(): Iterable<Series>;
  close(): Promise<void>;
}

const PERIOD_MS = 1000;
/** Units of AWS/Lambda (developer guide, "Lambda metrics"). */
const MILLISECONDS: ReadonlySet<FunctionMetric> = new Set(['Duration', 'IteratorAge']);

/** `now` gives epoch ms. Values are summed up as they come, so that a second costs a line, however much happens in it. */
export function openMetrics(dir: string, now: () => number): Metrics {
  const lines = openLineLog(join(dir, 'metrics.ndjson'), { append: true });
  lines.failed.catch(() => {}); // the run does not need it; the ingest log, on the same disk, tells
  const byName = new Map<string, Series>();
  /** Seconds that have values which are not written yet. */
  let unwritten = new Map<Point, Series>();
  let second = 0;

  function write(): void {
    for (const [{ at, samples, sum, min, max }, { name }] of unwritten)
      lines.write(JSON.stringify({ ...name, at, samples, sum, min, max } satisfies MetricLine));
    unwritten = new Map();
  }

  const timer = setInterval(() => {
    turn(now());
    void lines.flush().catch(() => {});
  }, PERIOD_MS);

  function turn(time: number): void {
    const at = Math.floor(time / PERIOD_MS) * PERIOD_MS;
    if (at === second) return;
    write();
    second = at;
  }

  function seriesOf(name: MetricName, unit: string): Series {
    const { namespace, metric, dimensions } = name;
    const key = JSON.stringify([namespace, metric, unit, Object.entries(dimensions).sort()]);
    let series = byName.get(key);
    if (!series) {
      series = new Series(name, unit);
      byName.set(key, series);
    }
    return series;
  }

  function add(series: Series, value: number, at: number): void {
    turn(now());
    unwritten.set(series.add(value, at), series);
  }

  function gauge(namespace: string, metric: string, dimensions: Dimensions, unit: string): Gauge {
    const name = { namespace, metric, dimensions };
    let series: Series | undefined;
    return (value) => {
      series ??= seriesOf(name, unit);
      add(series, value, now());
    };
  }

  const functionGauges = new Map<string, Gauge>();
  return {
    gauge,
    ofFunction(name, metric, value) {
      const key = `${metric} ${name}`;
      let known = functionGauges.get(key);
      if (!known) {
        known = gauge(
          'AWS/Lambda',
          metric,
          { FunctionName: name },
          MILLISECONDS.has(metric) ? 'Milliseconds' : 'Count',
        );
        functionGauges.set(key, known);
      }
      known(value);
    },
    ofLine(line) {
      const values = embeddedMetrics(line);
      if (!values) return false;
      for (const { at, unit, value, ...name } of values) add(seriesOf(name, unit), value, at);
      return true;
    },
    all: () => byName.values(),
    async close() {
      clearInterval(timer);
      write();
      await lines.close().catch(() => {});
    },
  };
}
