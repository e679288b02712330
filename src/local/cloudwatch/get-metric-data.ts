/**
 * GetMetricData, without metric math: statistics of metrics over time, as the API reference words them, with two
 * differences. A value shows as soon as it is there, and every metric has a resolution of one second, so that a run of
 * a minute has more than one point.
 */
import { createHash } from 'node:crypto';
import { CloudWatchError, invalid } from './errors.ts';
import { flag, type Input, list, missing, object, optionalCount, optionalText, text, time } from './input.ts';
import type { Metrics } from './metrics.ts';
import type { Series } from './series.ts';
import { type Statistic, statistic } from './statistic.ts';

/** "as many as 500 different metrics in a single request, with a total of as many as 100,800 data points". */
const MAX_QUERIES = 500;
const MAX_DATAPOINTS = 100_800;
const MAX_DIMENSIONS = 30;
const MINUTE_S = 60;
/** "the period can be 1, 5, 10, 20, 30, 60, or any multiple of 60". */
const SHORT_PERIODS_S = new Set([1, 5, 10, 20, 30]);

interface Query {
  readonly id: string;
  readonly label: string;
  readonly returned: boolean;
  readonly periodMs: number;
  readonly value: Statistic;
  readonly series: readonly Series[];
}

interface Result {
  readonly Id: string;
  readonly Label: string;
  readonly Timestamps: Date[];
  readonly Values: number[];
  StatusCode: 'Complete' | 'PartialData';
}

export function getMetricData(metrics: Metrics, input: Input) {
  const [start, end] = [time(input, 'StartTime'), time(input, 'EndTime')];
  if (start >= end) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  const order = input.ScanBy ?? 'TimestampDescending';
  if (order !== 'TimestampDescending' && order !== 'TimestampAscending')
    throw invalid('The value for parameter ScanBy is neither TimestampDescending nor TimestampAscending.');
  const most = Math.min(MAX_DATAPOINTS, optionalCount(input, 'MaxDatapoints') ?? MAX_DATAPOINTS);
  const queries = queriesOf(metrics, input);
  const token = pageToken(input);
  const from = token.offsetOf(optionalText(input, 'NextToken', 'NextToken', 2000));

  const results: Result[] = [];
  let seen = 0;
  let more = false;
  for (const { id, label, returned, periodMs, value, series } of queries) {
    if (!returned) continue;
    const points = series.flatMap((one) => one.points(startOf(start, periodMs), end, periodMs));
    if (order === 'TimestampDescending') points.reverse();
    const page = points.slice(Math.max(0, from - seen), Math.max(0, from + most - seen));
    const partial = from + most < seen + points.length;
    seen += points.length;
    more ||= partial;
    // What is on another page is told of there; what has no points, on the first.
    if (page.length === 0 && (points.length > 0 || from > 0)) continue;
    results.push({
      Id: id,
      Label: label,
      Timestamps: page.map(({ at }) => new Date(at)),
      Values: page.map(value),
      StatusCode: partial ? 'PartialData' : 'Complete',
    });
  }
  return { MetricDataResults: results, Messages: [], ...(more ? { NextToken: token.at(from + most) } : {}) };
}

/** "Round down to the nearest whole minute", and with a shorter period to its divisions of a minute. */
function startOf(start: number, periodMs: number): number {
  return Math.floor(start / periodMs) * periodMs;
}

function queriesOf(metrics: Metrics, input: Input): Query[] {
  const given = list(input, 'MetricDataQueries');
  if (given.length === 0) throw missing('MetricDataQueries');
  if (given.length > MAX_QUERIES)
    throw invalid(`The collection MetricDataQueries must not have a size greater than ${MAX_QUERIES}.`);
  const ids = new Set<string>();
  return given.map((query, i) => {
    const path = `MetricDataQueries.member.${i + 1}`;
    const members = object(query, path);
    const id = text(members, 'Id', `${path}.Id`);
    if (!/^[a-z]\w*$/.test(id))
      throw invalid(
        `The value ${id} for parameter ${path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
      );
    if (ids.has(id)) throw invalid(`The values for parameter id in MetricDataQueries are not unique: ${id}.`);
    ids.add(id);
    return queryOf(metrics, members, id, path);
  });
}

function queryOf(metrics: Metrics, members: Input, id: string, path: string): Query {
  const { MetricStat: stat, Expression: expression } = members;
  if ((stat === undefined) === (expression === undefined))
    throw invalid(`Exactly one of MetricStat and Expression must be given for ${path}.`);
  if (expression !== undefined)
    throw invalid(`${path}.Expression: the stand-in has no metric math and no Metrics Insights.`);
  const at = `${path}.MetricStat`;
  const wanted = object(stat, at);
  const { series, name } = metricOf(metrics, object(wanted.Metric, `${at}.Metric`), `${at}.Metric`);
  const unit = optionalText(wanted, 'Unit', `${at}.Unit`);
  const period = optionalCount(wanted, 'Period', `${at}.Period`);
  if (period === undefined) throw missing(`${at}.Period`);
  if (period % MINUTE_S !== 0 && !SHORT_PERIODS_S.has(period))
    throw invalid(`The value ${period} for parameter ${at}.Period must be 1, 5, 10, 20, 30 or a multiple of 60.`);
  return {
    id,
    label: optionalText(members, 'Label', `${path}.Label`) ?? name,
    returned: flag(members, 'ReturnData', true),
    periodMs: period * 1000,
    value: statistic(text(wanted, 'Stat', `${at}.Stat`), `${at}.Stat`),
    series: series.filter((one) => unit === undefined || one.unit === unit),
  };
}

/** "CloudWatch treats each unique combination of dimensions as a separate metric". */
function metricOf(metrics: Metrics, members: Input, path: string): { name: string; series: Series[] } {
  const namespace = text(members, 'Namespace', `${path}.Namespace`);
  const name = text(members, 'MetricName', `${path}.MetricName`);
  const given = list(members, 'Dimensions', `${path}.Dimensions`);
  if (given.length > MAX_DIMENSIONS) throw invalid(`${path} has more than ${MAX_DIMENSIONS} dimensions.`);
  const dimensions = new Map(
    given.map((dimension, i) => {
      const at = `${path}.Dimensions.member.${i + 1}`;
      const pair = object(dimension, at);
      const value = optionalText(pair, 'Value', `${at}.Value`, 1024);
      if (value === undefined) throw missing(`${at}.Value`);
      return [text(pair, 'Name', `${at}.Name`), value];
    }),
  );
  const series = [...metrics.all()].filter(({ name: { namespace: space, metric, dimensions: own } }) => {
    if (space !== namespace || metric !== name) return false;
    const entries = Object.entries(own);
    return entries.length === dimensions.size && entries.every(([key, value]) => dimensions.get(key) === value);
  });
  return { name, series };
}

/** Tokens are good for the request that they were given for. */
function pageToken({ MetricDataQueries, StartTime, EndTime, ScanBy }: Input) {
  const request = JSON.stringify([MetricDataQueries, StartTime, EndTime, ScanBy]);
  const mark = createHash('sha256').update(request).digest('hex').slice(0, 16);
  return {
    at: (offset: number) => Buffer.from(`${mark} ${offset}`).toString('base64url'),
    offsetOf(token: string | undefined): number {
      if (token === undefined) return 0;
      const [given, offset = ''] = Buffer.from(token, 'base64url').toString().split(' ');
      if (given !== mark || !/^\d{1,9}$/.test(offset))
        throw new CloudWatchError('InvalidNextToken', 'The next token specified is invalid.');
      return Number(offset);
    },
  };
}
