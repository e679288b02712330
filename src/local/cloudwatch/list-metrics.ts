import { CloudWatchError } from './errors.ts';
import { type Input, list, object, optionalText, text } from './input.ts';
import type { Metrics } from './metrics.ts';
import type { MetricName } from './series.ts';

/** "Up to 500 results are returned for any one call" (ListMetrics in the service model). */
const PAGE = 500;
const MAX_FILTERS = 10;
const RECENT_MS = 3 * 3_600_000;

export function metricOf({ namespace, metric, dimensions }: MetricName) {
  return {
    Namespace: namespace,
    MetricName: metric,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}

const refused = (message: string) => new CloudWatchError('InvalidParameterValueException', message);

/** Metrics are listed as soon as they have a value; on AWS it may take fifteen minutes. */
export function listMetrics(metrics: Metrics, now: () => number, input: Input) {
  const namespace = optionalText(input, 'Namespace');
  const name = optionalText(input, 'MetricName');
  const recently = optionalText(input, 'RecentlyActive');
  if (recently !== undefined && recently !== 'PT3H') throw refused('The only value for RecentlyActive is PT3H.');
  const given = list(input, 'Dimensions');
  if (given.length > MAX_FILTERS) throw refused(`There are at most ${MAX_FILTERS} dimensions to filter by.`);
  const filters = given.map((filter, i) => {
    const path = `Dimensions.member.${i + 1}`;
    const members = object(filter, path);
    return [text(members, 'Name', `${path}.Name`), optionalText(members, 'Value', `${path}.Value`, 1024)] as const;
  });
  const since = recently === undefined ? Number.NEGATIVE_INFINITY : now() - RECENT_MS;

  const wanted = new Map<string, ReturnType<typeof metricOf>>();
  for (const { name: found, lastAt } of metrics.all()) {
    const { dimensions } = found;
    if (namespace !== undefined && found.namespace !== namespace) continue;
    if (name !== undefined && found.metric !== name) continue;
    if (lastAt < since) continue;
    if (
      !filters.every(([key, value]) => Object.hasOwn(dimensions, key) && (value ?? dimensions[key]) === dimensions[key])
    )
      continue;
    // The same metric in two units is one.
    const listed = metricOf(found);
    wanted.set(JSON.stringify(listed), listed);
  }
  const all = [...wanted.values()];
  const from = offsetOf(optionalText(input, 'NextToken', 'NextToken', 2000));
  const end = from + PAGE;
  return { Metrics: all.slice(from, end), ...(end < all.length ? { NextToken: tokenOf(end) } : {}) };
}

function tokenOf(offset: number): string {
  return Buffer.from(`metrics ${offset}`).toString('base64url');
}

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const [, offset] = /^metrics (\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (offset === undefined) throw refused('The value for parameter NextToken is not one that this list gave.');
  return Number(offset);
}
