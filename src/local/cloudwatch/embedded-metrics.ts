/** The embedded metric format: metrics in a line of a function's output (CloudWatch user guide, "Specification: Embedded metric format"). */
import type { MetricName } from './series.ts';

export interface EmbeddedValue extends MetricName {
  /** Epoch ms. */
  readonly at: number;
  readonly unit: string;
  readonly value: number;
}

/** What the specification allows: metrics in a directive, dimensions of a metric, values of a target member. */
const MAX_METRICS = 100;
const MAX_DIMENSIONS = 30;
const MAX_VALUES = 100;

type Json = Readonly<Record<string, unknown>>;

/** The values in `line`; undefined where it is none of that format, and so an ordinary line of a log. */
export function embeddedMetrics(line: string): EmbeddedValue[] | undefined {
  if (!line.includes('"_aws"')) return undefined;
  try {
    const root: unknown = JSON.parse(line);
    if (!isObject(root) || !isObject(root._aws)) return undefined;
    const { Timestamp: at, CloudWatchMetrics: directives } = root._aws;
    if (typeof at !== 'number' || !Number.isFinite(at) || !Array.isArray(directives)) return undefined;
    const values = directives.map((directive) => valuesOf(root, directive, at));
    return values.every((some) => some !== undefined) ? values.flat() : undefined;
  } catch {
    return undefined;
  }
}

function valuesOf(root: Json, directive: unknown, at: number): EmbeddedValue[] | undefined {
  if (!isObject(directive)) return undefined;
  const { Namespace: namespace, Metrics: metrics, Dimensions: sets = [[]] } = directive;
  if (typeof namespace !== 'string' || !Array.isArray(metrics) || !Array.isArray(sets)) return undefined;
  if (metrics.length > MAX_METRICS) return undefined;
  const found: EmbeddedValue[] = [];
  for (const set of sets.length > 0 ? sets : [[]]) {
    const dimensions = dimensionsOf(root, set);
    if (!dimensions) return undefined;
    for (const metric of metrics) {
      if (!isObject(metric) || typeof metric.Name !== 'string') return undefined;
      const unit = typeof metric.Unit === 'string' ? metric.Unit : 'None';
      const target = root[metric.Name];
      const values: unknown[] = Array.isArray(target) ? target : [target];
      if (values.length > MAX_VALUES || !values.every((value) => typeof value === 'number')) return undefined;
      for (const value of values as number[])
        found.push({ namespace, metric: metric.Name, dimensions, at, unit, value });
    }
  }
  return found;
}

function dimensionsOf(root: Json, names: unknown): Record<string, string> | undefined {
  if (!Array.isArray(names) || names.length > MAX_DIMENSIONS) return undefined;
  const entries = names.map((name) => [name, root[String(name)]] as const);
  if (!entries.every(([name, value]) => typeof name === 'string' && typeof value === 'string')) return undefined;
  return Object.fromEntries(entries) as Record<string, string>;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
