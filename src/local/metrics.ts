/** What CloudWatch would show of the account: statistics of each metric for each second, in `metrics.ndjson`. */
import { join } from 'node:path';
import { openLineLog } from '../line-log.ts';

/** One metric over one second, as GetMetricStatistics gives it. Nothing happened: no line. */
interface MetricLine {
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
  /** Start of the second, epoch ms. */
  at: number;
  samples: number;
  sum: number;
  min: number;
  max: number;
}

export interface Metrics {
  /** A value of one of a function's metrics, now. */
  ofFunction(
    name: string,
    metric: 'Invocations' | 'Errors' | 'Throttles' | 'Duration' | 'ConcurrentExecutions',
    value: number,
  ): void;
  close(): Promise<void>;
}

const PERIOD_MS = 1000;

/** `now` gives epoch ms. Values are summed up as they come, so that a second costs a line, however much happens in it. */
export function openMetrics(dir: string, now: () => number): Metrics {
  const lines = openLineLog(join(dir, 'metrics.ndjson'), { append: true });
  lines.failed.catch(() => {}); // the run does not need it; the ingest log, on the same disk, tells
  let current = new Map<string, MetricLine>();
  let second = 0;

  function write(): void {
    for (const line of current.values()) lines.write(JSON.stringify(line));
    current = new Map();
  }

  const timer = setInterval(() => {
    turn();
    void lines.flush().catch(() => {});
  }, PERIOD_MS);

  function turn(): void {
    const at = Math.floor(now() / PERIOD_MS) * PERIOD_MS;
    if (at === second) return;
    write();
    second = at;
  }

  return {
    ofFunction(name, metric, value) {
      turn();
      const key = `${metric} ${name}`;
      const line = current.get(key);
      if (line) {
        line.samples++;
        line.sum += value;
        line.min = Math.min(line.min, value);
        line.max = Math.max(line.max, value);
      } else {
        const dimensions = { FunctionName: name };
        const statistics = { samples: 1, sum: value, min: value, max: value };
        current.set(key, { namespace: 'AWS/Lambda', metric, dimensions, at: second, ...statistics });
      }
    },
    async close() {
      clearInterval(timer);
      write();
      await lines.close().catch(() => {});
    },
  };
}
