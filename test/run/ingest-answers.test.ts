import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { beforeEach, describe, expect, it } from 'vitest';
import { analyseRun } from '../../src/analyser/analyse.ts';
import type { Clock } from '../../src/clock.ts';
import type { Api } from '../../src/local/http.ts';
import type { IngestLine } from '../../src/logs.ts';
import { type AnswersOptions, writeAnswers } from '../../src/run/ingest-answers.ts';
import { serveApi } from '../support/serve-api.ts';

const BEGIN = Date.UTC(2026, 10, 24, 12, 0, 0);
const GROUP = 'simctl-IngestStoreLog';

interface LogEvent {
  readonly timestamp: number;
  /** From when on it is found. */
  readonly visibleAt: number;
  readonly message: string;
}

let now: number;
let events: LogEvent[];
let throttles: number;
let requests: Record<string, unknown>[];
let client: CloudWatchLogsClient;
let dir: string;

/**
 * FilterLogEvents in the form of its service: AWS JSON 1.1, pages of two events or none, a token for as long as there is
 * more, ThrottlingException.
 */
const logs: Api = async ({ method, headers, body }) => {
  const type = { 'content-type': 'application/x-amz-json-1.1' };
  if (method !== 'POST' || headers['x-amz-target'] !== 'Logs_20140328.FilterLogEvents') return undefined;
  const request = JSON.parse(body.toString());
  requests.push(request);
  if (throttles > 0) {
    throttles--;
    return { status: 400, headers: type, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } };
  }
  if (request.logGroupName !== GROUP)
    return {
      status: 400,
      headers: type,
      body: { __type: 'ResourceNotFoundException', message: 'The specified log group does not exist.' },
    };
  const found = events
    .filter(({ timestamp, visibleAt, message }) => {
      const matches = /^\{.*"ingest":1[,}]/.test(message) || request.filterPattern !== '{ $.ingest = 1 }';
      return timestamp >= request.startTime && timestamp < request.endTime && visibleAt <= now && matches;
    })
    .sort((a, b) => a.timestamp - b.timestamp);
  const at = request.nextToken === undefined ? -1 : Number(request.nextToken);
  // The first page is empty, and not the last: so it may be.
  const page = at < 0 ? [] : found.slice(at, at + 2);
  const next = at < 0 ? 0 : at + 2;
  return {
    status: 200,
    headers: type,
    body: {
      events: page.map(({ timestamp, visibleAt, message }, i) => ({
        eventId: String(at + i),
        logStreamName: '2026/11/24/[$LATEST]aa',
        timestamp,
        ingestionTime: visibleAt,
        message: `${message}\n`,
      })),
      searchedLogStreams: [],
      ...(next < found.length || at < 0 ? { nextToken: String(next) } : {}),
    },
  };
};

/** Time passes only where it is waited for. */
const clock: Clock = {
  now: () => now,
  async until(at) {
    now = Math.max(now, at);
    return true;
  },
};

beforeEach(async () => {
  now = BEGIN + 30_000;
  [events, requests, throttles] = [[], [], 0];
  dir = await mkdtemp(join(tmpdir(), 'simctl-answers-'));
  const { endpoint, close } = await serveApi(logs);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  // No second of a test is waited: the pause between two attempts is none.
  const retryStrategy = {
    acquireInitialRetryToken: async () => ({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
    async refreshRetryTokenForRetry(_: unknown, { errorType, error }: { errorType: string; error?: unknown }) {
      if (errorType !== 'THROTTLING') throw error;
      return { getRetryCount: () => 1, getRetryDelay: () => 0 };
    },
    recordSuccess() {},
  };
  client = new CloudWatchLogsClient({ region: 'eu-west-1', endpoint, credentials, retryStrategy });
  return async () => {
    client.destroy();
    await close();
    await rm(dir, { recursive: true });
  };
});

function print(line: Omit<IngestLine, 'ingest'> | object, { lateMs = 2000 } = {}): void {
  const at = (line as IngestLine).at;
  const message = JSON.stringify('id' in line ? { ingest: 1, ...line } : line);
  events.push({ timestamp: at, visibleAt: at + lateMs, message });
}

const answer = (id: string, n: number, more: Partial<IngestLine> = {}) => ({
  at: BEGIN + n * 1000,
  id,
  tracker: 't0',
  sampleTime: BEGIN - 600_000 + n * 30_000,
  seq: n,
  ...more,
});

const write = (more: Partial<AnswersOptions> = {}) =>
  writeAnswers({
    region: 'eu-west-1',
    logGroup: GROUP,
    window: { from: BEGIN, to: BEGIN + 20_000 },
    expected: 3,
    file: join(dir, 'ingest.ndjson'),
    clock,
    abort: new AbortController().signal,
    client,
    ...more,
  });

const lines = async () => (await readFile(join(dir, 'ingest.ndjson'), 'utf8')).split('\n');

describe('the ingest log of a deployed stack', () => {
  it('is what the function printed, page for page, and nothing else of its log', async () => {
    print({ at: BEGIN + 500, time: '2026-11-24T12:00:00.500Z', type: 'platform.start' });
    for (let n = 1; n <= 3; n++) print(answer('a', n));
    print({ at: BEGIN + 1500, _aws: {}, Accepted: 1 });
    expect(await write()).toEqual({ lines: 3, settled: true });
    expect(await lines()).toEqual([...[1, 2, 3].map((n) => JSON.stringify({ ingest: 1, ...answer('a', n) })), '']);
    expect(requests[0]).toEqual({
      logGroupName: GROUP,
      startTime: BEGIN - 60_000,
      endTime: BEGIN + 30_000,
      filterPattern: '{ $.ingest = 1 }',
      limit: 10_000,
    });
  });

  it('is waited for while lines come late, and then is whole', async () => {
    print(answer('a', 1));
    print(answer('a', 2), { lateMs: 40_000 });
    print(answer('a', 3), { lateMs: 70_000 });
    expect(await write()).toEqual({ lines: 3, settled: true });
    expect((await lines()).length).toBe(4);
  });

  it('ends a minute after the run where fewer were answered than sent, if nothing more comes', async () => {
    print(answer('a', 1));
    expect(await write()).toEqual({ lines: 1, settled: true });
    expect(now).toBeGreaterThanOrEqual(BEGIN + 80_000);
    expect(now).toBeLessThan(BEGIN + 120_000);
  });

  it('of one shard, is of its own devices', async () => {
    for (const id of ['a', 'b']) print(answer(id, 1));
    expect(await write({ only: new Set(['b']), expected: 1 })).toEqual({ lines: 1, settled: true });
    expect((await lines())[0]).toContain('"id":"b"');
  });

  it('is asked for again where the service throttles', async () => {
    for (let n = 1; n <= 3; n++) print(answer('a', n));
    throttles = 2;
    expect(await write()).toEqual({ lines: 3, settled: true });
  });

  it('which is not there, is said by the service’s own words', async () => {
    await expect(write({ logGroup: 'another' })).rejects.toThrow('The specified log group does not exist.');
  });

  it('that could not be read to its end is known to be incomplete: nothing counts as lost by it', async () => {
    print(answer('a', 1, { code: 'ValidationException', message: 'timestamps older than already stored' }));
    const sent = [1, 2].map((n) => ({
      ...answer('a', n),
      ...{ position: [12, 57], dueAt: BEGIN, sentAt: BEGIN, doneAt: BEGIN },
    }));
    const file = (name: string) => join(dir, name);
    await writeFile(file('sent-0.ndjson'), sent.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const swept = { swept: 'a', from: BEGIN - 3_600_000, to: BEGIN, stored: 0 };
    await writeFile(file('history.ndjson'), `${JSON.stringify(swept)}\n`);
    const logsOf = { sent: [file('sent-0.ndjson')], history: file('history.ndjson'), ingest: file('ingest.ndjson') };

    expect(await write({ abort: AbortSignal.abort() })).toMatchObject({ settled: false });
    const cut = await analyseRun({ ...logsOf, trackerAnswers: false });
    expect([cut.lost, cut.unexplained]).toEqual([0, 2 - cut.refused]);

    expect(await write()).toMatchObject({ settled: true });
    const whole = await analyseRun({ ...logsOf, trackerAnswers: false });
    expect([whole.lost, whole.refused, whole.unexplained]).toEqual([1, 1, 0]);
  });

  it('that never stops growing is read for some minutes at most', async () => {
    for (let n = 1; n < 45; n++) print(answer('a', n * 10), { lateMs: 0 });
    expect(await write({ expected: 1e6 })).toMatchObject({ settled: false });
    expect(now).toBeLessThan(BEGIN + 400_000);
    expect((await lines()).at(-1)).toBe('{"ingest":1,');
  });
});
