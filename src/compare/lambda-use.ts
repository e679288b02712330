/** What the functions of a backend did during a run, in figures that tell whether they were what was full. */
import type { MetricLine } from '../run/cloudwatch.ts';

export interface LambdaUse {
  readonly functionName: string;
  readonly invocations: number;
  /** ms */
  readonly meanDuration: number;
  /** Most at once. */
  readonly concurrency: number;
  readonly throttles: number;
  readonly errors: number;
}

/** The busiest first. */
export function lambdaUse(metrics: readonly MetricLine[]): LambdaUse[] {
  const byName = new Map<string, { -readonly [K in keyof LambdaUse]: LambdaUse[K] } & { ms: number; timed: number }>();
  for (const { namespace, metric, dimensions, samples, sum, max } of metrics) {
    const { FunctionName: functionName } = dimensions;
    if (namespace !== 'AWS/Lambda' || functionName === undefined) continue;
    let use = byName.get(functionName);
    if (use === undefined) {
      use = { functionName, invocations: 0, meanDuration: 0, concurrency: 0, throttles: 0, errors: 0, ms: 0, timed: 0 };
      byName.set(functionName, use);
    }
    if (metric === 'Invocations') use.invocations += sum;
    if (metric === 'Throttles') use.throttles += sum;
    if (metric === 'Errors') use.errors += sum;
    if (metric === 'ConcurrentExecutions') use.concurrency = Math.max(use.concurrency, max);
    if (metric === 'Duration') {
      use.ms += sum;
      use.timed += samples;
    }
  }
  return [...byName.values()]
    .map(({ ms, timed, ...use }) => ({ ...use, meanDuration: timed === 0 ? 0 : ms / timed }))
    .sort((a, b) => b.invocations - a.invocations);
}
