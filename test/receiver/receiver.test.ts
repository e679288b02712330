import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEpoch } from '../../src/clock.ts';
import { RunError, UsageError } from '../../src/errors.ts';
import type { Api, ApiReply } from '../../src/local/http.ts';
import type { ReceivedLine, StoredLine, SweptLine } from '../../src/logs.ts';
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts';
import type { Target } from '../../src/target.ts';
import { serveApi } from '../support/serve-api.ts';

const target: Target = {
  name: 'test',
  region: 'eu-west-1',
  mqttHost: '127.0.0.1',
  mqttPort: 1,
  credentialsDir: '/nowhere',
  trackerPrefix: 't',
  trackerCount: 2,
};
const WINDOW = { from: Date.parse('2022-05-01T10:00:00Z'), to: Date.parse('2022-05-01T11:00:00Z') };

let dir: string;
let endings: (() => Promise<void>)[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'receiver-'));
  endings = [];
});
afterEach(async () => {
  for (const end of endings.reverse()) await end();
  await rm(dir, { recursive: true });
});

const at = (ms: number) => new Date(WINDOW.from + ms).toISOString();

function linesOf<T>(file: string): T[] {
  const text = readFileSync(file, 'utf8');
  if (text !== '') expect(text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}

async function receiverOn(answer: (query: URLSearchParams) => ApiReply | Promise<ApiReply>, out = 'received.ndjson') {
  const api: Api = async ({ path, query }) =>
    path.join('/') === 'default/getLocation' ? await answer(query) : undefined;
  const { endpoint, close } = await serveApi(api);
  endings.push(close);
  const received = join(dir, out);
  const receiver = await startReceiver({
    target: { ...target, queryEndpoint: `${endpoint}/default` },
    out: received,
    intervalMs: 5,
    epoch: readEpoch(),
  });
  endings.push(() => receiver.stop().catch(() => {}));
  return { receiver, received };
}

async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const sweepOf = (receiver: Receiver, devices: string[], more: Partial<Parameters<Receiver['sweep']>[0]> = {}) =>
  receiver.sweep({
    devices,
    ...WINDOW,
    out: join(dir, 'history.ndjson'),
    concurrency: 4,
    onProgress: () => {},
    ...more,
  });

const nobody: ApiReply = { status: 200, body: { Entries: [] } };

describe('polling', () => {
  test('writes each change once, over pages and trackers, though the server fails at times', async () => {
    let asked = 0;
    const { receiver, received } = await receiverOn((query) => {
      asked++;
      if (asked % 7 === 0) return { status: asked % 2 ? 429 : 500, body: { message: 'busy' } };
      const [tracker, page] = [query.get('trackername'), Number(query.get('nexttoken') ?? 0)];
      const Entries = [{ DeviceId: `${tracker}-${page}`, SampleTime: at(asked), Position: [8.5, 47.5] }];
      return { status: 200, body: { Entries, ...(page < 2 ? { NextToken: String(page + 1) } : {}) } };
    });
    await until(() => receiver.snapshot.rounds >= 5 && receiver.snapshot.errors >= 2);
    await receiver.stop();

    const lines = linesOf<ReceivedLine>(received);
    expect(receiver.snapshot.seen).toBe(lines.length);
    const last = new Map<string, ReceivedLine>();
    for (const line of lines) {
      const before = last.get(line.id);
      expect(line.sampleTime).toBeGreaterThan(before?.sampleTime ?? 0);
      expect(line.notBefore).toBeLessThan(line.seenAt);
      if (before) expect(line.notBefore).toBeLessThanOrEqual(line.seenAt);
      expect(line.notBefore === 0).toBe(before === undefined);
      last.set(line.id, line);
    }
    expect([...last.keys()].sort()).toEqual(['t0-0', 't0-1', 't0-2', 't1-0', 't1-1', 't1-2']);
  });

  test('goes on when nobody answers, and stops at once though a request hangs', async () => {
    let hang = false;
    const { receiver } = await receiverOn(() => (hang ? new Promise<never>(() => {}) : { status: 403, body: {} }));
    await until(() => receiver.snapshot.errors > 3 && receiver.snapshot.rounds > 1);
    hang = true;
    await receiver.stop();
    expect(receiver.snapshot.seen).toBe(0);
  });

  test('an answer that is no page counts as an error', async () => {
    const { receiver } = await receiverOn(() => ({ status: 200, body: { hello: 'world' } }));
    await until(() => receiver.snapshot.errors > 1);
    await receiver.stop();
  });

  test('an entry that cannot be read ends neither the round nor the watch', async () => {
    const { receiver, received } = await receiverOn(() => ({
      status: 200,
      body: { Entries: [null, { DeviceId: 'a' }, { DeviceId: 'b', SampleTime: at(0), Position: [8, 47] }] },
    }));
    await until(() => receiver.snapshot.rounds > 2);
    await receiver.stop();
    expect(linesOf<ReceivedLine>(received).map(({ id }) => id)).toEqual(['b']);
    expect(receiver.snapshot.errors).toBe(0);
  });

  test('stop may be called again, at once or later; nothing is swept afterwards', async () => {
    const { receiver, received } = await receiverOn(() => nobody);
    await Promise.all([receiver.stop(), receiver.stop()]);
    await receiver.stop();
    expect(existsSync(received)).toBe(true);
    await expect(sweepOf(receiver, ['a'])).rejects.toThrow(RunError);
  });

  test('a log that cannot be written surfaces from stop, with what to do', async () => {
    const { receiver } = await receiverOn(() => nobody, 'no/such/dir.ndjson');
    const error = await receiver.stop().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).message).toContain('dir.ndjson');
    expect((error as RunError).hint).toBeTruthy();
  });

  test('a target without a query API is refused', async () => {
    await expect(startReceiver({ target, out: join(dir, 'r'), intervalMs: 5, epoch: readEpoch() })).rejects.toThrow(
      UsageError,
    );
  });
});

describe('a sweep', () => {
  const position = (n: number) => ({ SampleTime: at(n), ReceivedTime: at(n + 250), Position: [n, 1] });

  test('reads all pages of every device from its tracker, and asks again after a failure', async () => {
    const failedOnce = new Set<string>();
    const windows = new Set<string>();
    const { receiver } = await receiverOn((query) => {
      if (query.get('type') === 'list') return nobody;
      const device = query.get('deviceid')!;
      expect(query.get('trackername')).toBe(device < 'd-5000' ? 't0' : 't1');
      windows.add(`${query.get('start')} ${query.get('end')}`);
      if (device === 'd-0003') return { status: 404, body: { message: 'records not found' } };
      if (device === 'd-0004') return { status: 400, body: { message: 'no' } };
      if (device === 'd-0005') return { status: 404, body: { message: 'Tracker not found: t0.' } };
      const key = `${device} ${query.get('nexttoken')}`;
      if (device !== 'd-0001' && !failedOnce.has(key)) {
        failedOnce.add(key);
        return { status: 429, body: { message: 'slow down' } };
      }
      return query.get('nexttoken')
        ? { status: 200, body: { DevicePositions: [position(3)] } }
        : { status: 200, body: { DevicePositions: [position(1), position(2)], NextToken: 'n' } };
    });
    const progress: [number, number][] = [];
    const devices = ['d-0001', 'd-0002', 'd-0003', 'd-0004', 'd-0005', 'd-7777'];
    const result = await sweepOf(receiver, devices, {
      ratePerSecond: 1000,
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(result).toEqual({ swept: 4, failed: 2 });
    expect(progress.at(-1)).toEqual([6, 6]);
    expect([...windows]).toEqual([`${at(0)} ${at(3_600_000)}`]);
    expect(receiver.snapshot.rounds).toBeGreaterThan(0);

    const lines = linesOf<StoredLine | SweptLine>(join(dir, 'history.ndjson'));
    const swept = lines.filter((line): line is SweptLine => 'swept' in line);
    expect(swept.sort((a, b) => a.swept.localeCompare(b.swept))).toEqual([
      { swept: 'd-0001', ...WINDOW, stored: 3 },
      { swept: 'd-0002', ...WINDOW, stored: 3 },
      { swept: 'd-0003', ...WINDOW, stored: 0 },
      { swept: 'd-7777', ...WINDOW, stored: 3 },
    ]);
    const stored = lines.filter((line): line is StoredLine => 'id' in line && line.id === 'd-7777');
    expect(stored).toEqual(
      [1, 2, 3].map((n) => ({
        id: 'd-7777',
        sampleTime: WINDOW.from + n,
        position: [n, 1],
        receivedTime: WINDOW.from + n + 250,
      })),
    );
  });

  test('a history with an entry that cannot be read is that device’s failure alone', async () => {
    const odd: Record<string, unknown> = {
      a: position(1),
      b: null,
      c: { SampleTime: at(0), Position: [8, 47] },
      d: { ...position(1), Position: ['8', '47'] },
      e: { ...position(1), SampleTime: 'noon' },
    };
    const { receiver } = await receiverOn((query) =>
      query.get('type') === 'list'
        ? nobody
        : { status: 200, body: { DevicePositions: [position(0), odd[query.get('deviceid')!]] } },
    );
    expect(await sweepOf(receiver, Object.keys(odd))).toEqual({ swept: 1, failed: 4 });
    await until(() => receiver.snapshot.errors === 4);
    const lines = linesOf<StoredLine | SweptLine>(join(dir, 'history.ndjson'));
    expect(lines.map((line) => ('swept' in line ? line.swept : line.id))).toEqual(['a', 'a', 'a']);
  });

  test('ended by its signal, it says what it has read and what it has not', async () => {
    const end = new AbortController();
    const { receiver } = await receiverOn((query) => {
      if (query.get('type') === 'list') return nobody;
      if (query.get('deviceid') === 'b') {
        end.abort();
        return new Promise<never>(() => {});
      }
      return { status: 200, body: { DevicePositions: [] } };
    });
    const result = await sweepOf(receiver, ['a', 'b', 'c'], { concurrency: 1, signal: end.signal });
    expect(result).toEqual({ swept: 1, failed: 2 });
    expect(linesOf(join(dir, 'history.ndjson'))).toEqual([{ swept: 'a', ...WINDOW, stored: 0 }]);
  });

  test('ended by stop, it resolves too', async () => {
    const { receiver } = await receiverOn((query) => {
      if (query.get('type') === 'list') return nobody;
      void receiver.stop();
      return new Promise<never>(() => {});
    });
    expect(await sweepOf(receiver, ['a'])).toEqual({ swept: 0, failed: 1 });
  });

  test('into a file that cannot be written is a RunError; the polls go on', async () => {
    const { receiver } = await receiverOn(() => nobody);
    await expect(sweepOf(receiver, ['a'], { out: join(dir, 'no/such/file') })).rejects.toThrow(RunError);
    const { rounds } = receiver.snapshot;
    await until(() => receiver.snapshot.rounds > rounds);
    await receiver.stop();
  });
});
