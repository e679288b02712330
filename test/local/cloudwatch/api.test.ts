/** CloudWatch through the official client, in each protocol that its service model names. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  GetAlarmMuteRuleCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListMetricsCommand,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';
import { AwsJson1_0Protocol, AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { beforeEach, describe, expect, it } from 'vitest';
import { cloudWatchApi } from '../../../src/local/cloudwatch/api.ts';
import { type Metrics, openMetrics } from '../../../src/local/cloudwatch/metrics.ts';
import { createDoor } from '../../../src/local/http.ts';

const BEGIN = Date.UTC(2026, 10, 24, 12, 0, 0);
const at = (seconds: number) => new Date(BEGIN + seconds * 1000);

let now: number;
let metrics: Metrics;
let endpoint: string;
const clients: CloudWatchClient[] = [];
beforeEach(async () => {
  now = BEGIN;
  const dir = await mkdtemp(join(tmpdir(), 'simctl-cloudwatch-'));
  metrics = openMetrics(dir, () => now);
  const door = await createDoor([cloudWatchApi(metrics, () => now)], { host: '127.0.0.1', port: 0 });
  endpoint = `http://127.0.0.1:${door.port}`;
  return async () => {
    for (const client of clients.splice(0)) client.destroy();
    await door.close();
    await metrics.close();
    await rm(dir, { recursive: true });
  };
});

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
function clientOf(protocol?: CloudWatchClientConfig['protocol']): CloudWatchClient {
  const settings = { region: 'eu-west-1', endpoint, credentials, maxAttempts: 1 };
  const client = new CloudWatchClient(protocol ? { ...settings, protocol } : settings);
  clients.push(client);
  return client;
}

/** A function that takes 1, 2, … 100 ms, twice a second. */
function measure(): void {
  for (let ms = 1; ms <= 100; ms++) {
    metrics.ofFunction('store', 'Duration', ms);
    metrics.ofFunction('store', 'Invocations', 1);
    now += 500;
  }
}

const query = (Id: string, Stat: string, Period = 60, more: object = {}): MetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: {
      Namespace: 'AWS/Lambda',
      MetricName: 'Duration',
      Dimensions: [{ Name: 'FunctionName', Value: 'store' }],
      ...more,
    },
    Period,
    Stat,
  },
});
const data = (
  client: CloudWatchClient,
  MetricDataQueries: MetricDataQuery[],
  more: Partial<GetMetricDataCommandInput> = {},
) => client.send(new GetMetricDataCommand({ MetricDataQueries, StartTime: at(0), EndTime: at(600), ...more }));

describe.each([
  ['AWS JSON 1.0', AwsJson1_0Protocol],
  ['Smithy RPC v2 CBOR', SmithyRpcV2CborProtocol],
  ['the query protocol', AwsQueryProtocol],
] as [string, CloudWatchClientConfig['protocol']][])('by %s', (_, protocol) => {
  it('gives statistics of a metric by period, newest first', async () => {
    measure();
    const stats = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'];
    const client = clientOf(protocol);
    const queries = stats.map((stat, i) => query(`q${i}`, stat));
    const { MetricDataResults, NextToken } = await data(client, queries);
    expect(NextToken).toBeUndefined();
    expect(MetricDataResults).toEqual(
      [[100], [5050], [50.5], [1], [100]].map((Values, i) => ({
        Id: `q${i}`,
        Label: 'Duration',
        Timestamps: [at(0)],
        Values,
        StatusCode: 'Complete',
      })),
    );
    const tens = await data(client, [query('c', 'SampleCount', 10), query('m', 'Maximum', 10)]);
    const Timestamps = [40, 30, 20, 10, 0].map(at);
    expect(tens.MetricDataResults).toMatchObject([
      { Id: 'c', Timestamps, Values: [20, 20, 20, 20, 20] },
      { Id: 'm', Timestamps, Values: [100, 80, 60, 40, 20] },
    ]);
    const percentiles = await data(client, [query('a', 'p50'), query('b', 'p99'), query('c', 'p90.5')]);
    const [p50, p99, p90] = percentiles.MetricDataResults!.map(({ Values }) => Values![0]!);
    expect([p50! / 50, p99! / 99, p90! / 91].every((share) => Math.abs(share - 1) <= 0.011)).toBe(true);
  });

  it('lists metrics, by name and dimension', async () => {
    metrics.ofFunction('store', 'Errors', 0);
    metrics.gauge('simctl', 'a&<b>', { x: '1', y: '2' }, 'None')(1);
    const client = clientOf(protocol);
    const list = async (input: object) => (await client.send(new ListMetricsCommand(input))).Metrics ?? [];
    const errors = {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: 'store' }],
    };
    const own = {
      Namespace: 'simctl',
      MetricName: 'a&<b>',
      Dimensions: [
        { Name: 'x', Value: '1' },
        { Name: 'y', Value: '2' },
      ],
    };
    expect(await list({})).toEqual([errors, own]);
    expect(await list({ Namespace: 'AWS/Lambda' })).toEqual([errors]);
    expect(await list({ MetricName: 'a&<b>' })).toEqual([own]);
    expect(await list({ Dimensions: [{ Name: 'y' }] })).toEqual([own]);
    expect(await list({ Dimensions: [{ Name: 'y', Value: '3' }] })).toEqual([]);
    now += 4 * 3_600_000;
    metrics.ofFunction('store', 'Errors', 0);
    expect(await list({ RecentlyActive: 'PT3H' })).toEqual([errors]);
  });

  it('refuses as AWS does', async () => {
    const client = clientOf(protocol);
    await expect(data(client, [query('q', 'Sum')], { NextToken: 'none' })).rejects.toMatchObject({
      name: 'InvalidNextToken',
      message: 'The next token specified is invalid.',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(data(client, [query('q', 'Sum', 7)])).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('The value 7 for parameter MetricDataQueries.member.1.MetricStat.Period'),
    });
    await expect(client.send(new ListMetricsCommand({ NextToken: 'none' }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await expect(client.send(new GetAlarmMuteRuleCommand({ AlarmMuteRuleName: 'x' }))).rejects.toMatchObject({
      message: 'The stand-in has no operation GetAlarmMuteRule',
    });
  });
});

describe('GetMetricData', () => {
  it('pages through what is more than was asked for, in either order', async () => {
    measure();
    const client = clientOf();
    for (const ScanBy of ['TimestampAscending', 'TimestampDescending'] as const) {
      const MetricDataQueries = [
        query('a', 'Sum', 1),
        query('hidden', 'Sum', 1),
        query('none', 'Sum', 1, { MetricName: 'Nothing' }),
        query('b', 'Sum', 30),
      ];
      MetricDataQueries[1]!.ReturnData = false;
      const input = { MetricDataQueries, StartTime: at(0), EndTime: at(600), MaxDatapoints: 7, ScanBy };
      const got = new Map<string, number[]>();
      let pages = 0;
      for await (const page of paginateGetMetricData({ client }, input)) {
        pages++;
        const results = page.MetricDataResults!;
        expect(results.reduce((sum, { Values }) => sum + Values!.length, 0)).toBeLessThanOrEqual(7);
        for (const { Id, Values, Timestamps } of results) {
          expect(Timestamps).toHaveLength(Values!.length);
          got.set(Id!, [...(got.get(Id!) ?? []), ...Values!]);
        }
        const a = results.find(({ Id }) => Id === 'a')!;
        expect(a.StatusCode).toBe(got.get('a')!.length < 50 ? 'PartialData' : 'Complete');
      }
      const ascending = Array.from({ length: 50 }, (_, i) => 4 * i + 3);
      const halves = [1830, 3220];
      const order = <T>(values: T[]) => (ScanBy === 'TimestampAscending' ? values : [...values].reverse());
      expect(Object.fromEntries(got)).toEqual({ a: order(ascending), none: [], b: order(halves) });
      expect(pages).toBe(8);
    }
  });

  it('knows a metric by all of its dimensions, and by its unit where one is asked for', async () => {
    metrics.gauge('n', 'm', {}, 'Count')(1);
    metrics.gauge('n', 'm', { a: '1' }, 'Count')(2);
    metrics.gauge('n', 'm', { a: '1', b: '2' }, 'Count')(4);
    metrics.gauge('n', 'other', {}, 'Count')(8);
    const sum = async (dimensions: Record<string, string>, Unit?: 'Count' | 'Bytes') => {
      const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
      const one = query('q', 'Sum', 60, { Namespace: 'n', MetricName: 'm', Dimensions });
      if (Unit) one.MetricStat!.Unit = Unit;
      return (await data(clientOf(), [one])).MetricDataResults![0]!.Values;
    };
    expect(await sum({})).toEqual([1]);
    expect(await sum({ a: '1' })).toEqual([2]);
    expect(await sum({ b: '2', a: '1' }, 'Count')).toEqual([4]);
    expect(await sum({ b: '2', a: '1' }, 'Bytes')).toEqual([]);
    expect(await sum({ a: '2' })).toEqual([]);
  });

  it('begins with the minute, or the division of it, that the start is in, and ends before the end', async () => {
    measure();
    const sums = async (Period: number, from: number, to: number) =>
      (await data(clientOf(), [query('q', 'SampleCount', Period)], { StartTime: at(from), EndTime: at(to) }))
        .MetricDataResults![0]!.Values;
    expect(await sums(60, 30, 40)).toEqual([80]);
    expect(await sums(10, 15, 30)).toEqual([20, 20]);
    expect(await sums(1, 15, 17)).toEqual([2, 2]);
  });

  const good = query('q', 'Sum');
  it.each([
    ['no queries', [], {}, /MetricDataQueries/],
    ['too many', Array.from({ length: 501 }, (_, i) => query(`q${i}`, 'Sum')), {}, /greater than 500/],
    ['an end before the start', [good], { EndTime: at(-1) }, /StartTime must be less than the parameter EndTime/],
    ['an id that is none', [{ ...good, Id: 'Q' }], {}, /parameter MetricDataQueries.member.1.Id/],
    ['an id twice', [good, good], {}, /not unique: q/],
    ['neither metric nor expression', [{ Id: 'q' }], {}, /Exactly one of MetricStat and Expression/],
    ['metric math', [{ Id: 'q', Expression: 'a+b' }], {}, /no metric math/],
    ['another statistic', [query('q', 'tm99')], {}, /The value tm99 .* is not supported/],
    ['a percentile beyond 100', [query('q', 'p101')], {}, /p101/],
    ['an order that is none', [good], { ScanBy: 'Up' }, /ScanBy/],
    ['a page of none', [good], { MaxDatapoints: 0 }, /MaxDatapoints/],
    [
      'a dimension without a value',
      [query('q', 'Sum', 60, { Dimensions: [{ Name: 'a' }] })],
      {},
      /Dimensions.member.1.Value/,
    ],
    [
      'a token of another request',
      [good],
      { NextToken: Buffer.from('0123456789abcdef 5').toString('base64url') },
      /token/,
    ],
  ] as [string, MetricDataQuery[], object, RegExp][])('refuses %s', async (_, queries, more, message) => {
    await expect(data(clientOf(), queries, more)).rejects.toThrow(message);
  });
});

it('lists 500 metrics a page', async () => {
  for (let i = 0; i < 1201; i++) metrics.gauge('n', `m${i}`, {}, 'Count')(1);
  const pages: number[] = [];
  for await (const { Metrics: page } of paginateListMetrics({ client: clientOf() }, {})) pages.push(page!.length);
  expect(pages).toEqual([500, 500, 201]);
});

it.each([
  ['x-amz-target', { 'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData' }, '', '{', 'The body is not JSON'],
  ['a list', { 'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData' }, '', '[]', 'not a structure'],
  [
    'CBOR',
    { 'smithy-protocol': 'rpc-v2-cbor' },
    '/service/GraniteServiceVersion20100801/operation/GetMetricData',
    '\xff\x01',
    'The body is not CBOR',
  ],
  [
    'a form that is too deep',
    { 'content-type': 'application/x-www-form-urlencoded' },
    '',
    `Version=2010-08-01&Action=GetMetricData&${'a.'.repeat(5000)}b=1`,
    'too deep',
  ],
  [
    'a form with a prototype',
    { 'content-type': 'application/x-www-form-urlencoded' },
    '',
    'Version=2010-08-01&Action=GetMetricData&__proto__.MetricDataQueries=1&StartTime=2026-01-01T00:00:00Z',
    'EndTime is required',
  ],
])('what is no request is refused (%s)', async (_, headers, path, body, message) => {
  const reply = await fetch(`${endpoint}${path}`, { method: 'POST', headers, body });
  expect([reply.status, await reply.text()]).toEqual([400, expect.stringContaining(message)]);
});

it('leaves to others what is not for it', async () => {
  expect((await fetch(endpoint, { method: 'POST', body: 'x' })).status).toBe(404);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await fetch(endpoint, { method: 'POST', headers, body: 'Action=GetMetricData&Version=1' })).status).toBe(404);
});
