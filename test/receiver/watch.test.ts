import { describe, expect, test } from 'vitest';
import { RunError } from '../../src/errors.ts';
import type { LineLog } from '../../src/line-log.ts';
import type { ListedPosition } from '../../src/receiver/poll.ts';
import { type Page, type QueryApi, QueryFailure } from '../../src/receiver/query.ts';
import { type Watching, watch } from '../../src/receiver/watch.ts';
import { fakeClock } from '../support/fake-clock.ts';

function memoryLog() {
  const lines: { id: string; notBefore: number; seenAt: number }[] = [];
  const log: LineLog = {
    failed: new Promise(() => {}),
    write: (line) => lines.push(JSON.parse(line)),
    flush: async () => {},
    close: async () => {},
  };
  return { log, lines };
}

type List = (
  tracker: string,
  token: string | undefined,
) => Promise<Omit<Page<ListedPosition>, 'askedAt' | 'answeredAt'>>;

function watching(list: List, intervalMs: number, trackerCount = 1) {
  const clock = fakeClock(1000);
  const { log, lines } = memoryLog();
  const asked: [at: number, tracker: string, token: string | undefined][] = [];
  const state: { last?: Watching } = {};
  const api: Pick<QueryApi, 'list'> = {
    async list(tracker, token) {
      const askedAt = clock.now();
      asked.push([askedAt, tracker, token]);
      const page = await list(tracker, token);
      return { ...page, askedAt, answeredAt: clock.now() };
    },
  };
  const ended = watch({
    api: api as QueryApi,
    target: { trackerPrefix: 't', trackerCount },
    intervalMs,
    clock,
    log,
    onNews: (news) => {
      state.last = news;
    },
  });
  return { clock, log, lines, asked, state, ended };
}

const entry = (DeviceId: string, second: number) => ({
  DeviceId,
  SampleTime: `2022-05-01T10:00:${String(second).padStart(2, '0')}Z`,
  Position: [8, 47],
});

describe('watching', () => {
  test('begins a round every interval, and ends when the clock is stopped', async () => {
    const { clock, asked, state, ended } = watching(async () => ({ entries: [] }), 500);
    await clock.advance(1400);
    clock.stop();
    await ended;
    expect(asked.map(([at]) => at)).toEqual([1000, 1500, 2000]);
    expect(state.last).toEqual({ seen: 0, rounds: 3, lastRoundMs: 0 });
  });

  test('a round longer than the interval is followed at once, never overlapped', async () => {
    const { clock, asked, state, ended } = watching(async () => {
      await clock.until(clock.now() + 700);
      return { entries: [] };
    }, 500);
    await clock.advance(2000);
    clock.stop();
    await ended;
    expect(asked.map(([at]) => at)).toEqual([1000, 1700, 2400]);
    expect(state.last?.lastRoundMs).toBeGreaterThan(0);
  });

  test('reads all pages of all trackers, a few trackers at a time', async () => {
    let [now, most] = [0, 0];
    const { clock, asked, lines, ended } = watching(
      async (tracker, token) => {
        most = Math.max(most, ++now);
        await clock.until(clock.now() + 10);
        now--;
        const n = Number(token ?? 0);
        return { entries: [entry(`${tracker}-${n}`, 0)], ...(n < 2 ? { token: String(n + 1) } : {}) };
      },
      60_000,
      10,
    );
    await clock.advance(1000);
    clock.stop();
    await ended;
    expect(asked).toHaveLength(30);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(30);
    expect(most).toBe(4);
  });

  test('a page that cannot be had ends that tracker’s part of the round; earlier pages count', async () => {
    let round = 0;
    const { clock, lines, ended } = watching(async (_, token) => {
      if (token === undefined) {
        round++;
        return { entries: [entry('a', round)], token: '1' };
      }
      if (round === 2) throw new QueryFailure(503, 'busy');
      return { entries: [entry('b', round)] };
    }, 100);
    await clock.advance(250);
    clock.stop();
    await ended;
    expect(lines).toEqual([
      expect.objectContaining({ id: 'a', notBefore: 0, seenAt: 1000 }),
      expect.objectContaining({ id: 'b', notBefore: 0, seenAt: 1000 }),
      expect.objectContaining({ id: 'a', notBefore: 1000, seenAt: 1100 }),
      expect.objectContaining({ id: 'a', notBefore: 1100, seenAt: 1200 }),
      // Round two did not come to it: round one is the last that showed its predecessor.
      expect.objectContaining({ id: 'b', notBefore: 1000, seenAt: 1200 }),
    ]);
  });

  test('ends with the error of a log that can no longer be written', async () => {
    const { clock, log, ended } = watching(async () => ({ entries: [] }), 100);
    log.flush = () => Promise.reject(new RunError('cannot write received.ndjson: ENOSPC'));
    const failure = ended.catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await failure).toBeInstanceOf(RunError);
    expect(clock.sleepers()).toBe(0);
  });
});
