import { describe, expect, test } from 'vitest';
import type { ListedDevice } from '../../web/src/feed/ask.ts';
import { AskFailure, type Page } from '../../web/src/feed/ask.ts';
import { readBudget } from '../../web/src/feed/budget.ts';
import { AT_ONCE, paceAfter } from '../../web/src/feed/pace.ts';
import { lookAtAll, type Round } from '../../web/src/feed/round.ts';
import { inSlices } from '../../web/src/feed/slices.ts';

const going = new AbortController().signal;

describe('the read budget', () => {
  test('spaces requests evenly, in order, and forgets unused time', async () => {
    let now = 0;
    const admit = readBudget(
      10,
      () => now,
      async (ms) => {
        now += ms;
      },
    );
    const at = [];
    for (let i = 0; i < 3; i++) {
      await admit(going);
      at.push(now);
    }
    now = 5_000;
    await admit(going);
    at.push(now);
    await admit(going);
    at.push(now);
    expect(at).toEqual([0, 100, 200, 5_000, 5_100]);
  });

  test('lets nobody through who has given up', async () => {
    const given = AbortSignal.abort(new Error('gone'));
    await expect(readBudget(10, () => 0)(given)).rejects.toThrow('gone');
  });
});

/** Trackers of so many pages; `failing` answer with that status. */
function trackers(pages: Record<string, number>, failing: Record<string, number> = {}) {
  const asked: string[] = [];
  let [open, most] = [0, 0];
  const list = async (tracker: string, token: string | undefined): Promise<Page<ListedDevice>> => {
    asked.push(`${tracker}/${token ?? 0}`);
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
    if (failing[tracker]) throw new AskFailure(failing[tracker]!, 'no');
    const page = Number(token ?? 0);
    const rest = page + 1 < pages[tracker]! ? { token: String(page + 1) } : {};
    return { entries: [], ...rest, askedAt: page, answeredAt: page + 1 };
  };
  return { asked, list, most: () => most };
}

describe('a round', () => {
  const look = async (pages: Record<string, number>, failing: Record<string, number> = {}) => {
    const api = trackers(pages, failing);
    const whole: string[] = [];
    const names = Object.keys(pages);
    const onTracker = (tracker: string) => whole.push(tracker);
    const round = await lookAtAll({ api, trackers: names, signal: going, onPage: () => 1, onTracker });
    return { round, whole, asked: api.asked, most: api.most() };
  };

  test('asks every tracker for every page, four trackers at a time', async () => {
    const pages = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`t${i}`, 1 + (i % 3)]));
    const { round, whole, asked, most } = await look(pages);
    expect(round).toMatchObject({ requests: 19, news: 19 });
    expect(new Set(whole)).toEqual(new Set(Object.keys(pages)));
    expect(new Set(asked).size).toBe(19);
    expect(most).toBe(4);
  });

  test('a tracker that fails costs its own part alone', async () => {
    const { round, whole } = await look({ t0: 1, t1: 1, t2: 1 }, { t1: 404 });
    expect([...round.failures.keys()]).toEqual(['t1']);
    expect(whole.sort()).toEqual(['t0', 't2']);
  });

  test('where the API asks for patience, no further tracker is asked', async () => {
    const pages = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`t${i}`, 1]));
    const { asked } = await look(pages, { t0: 429, t1: 429, t2: 429, t3: 429 });
    expect(asked).toHaveLength(4);
  });
});

describe('the pace', () => {
  const options = { pollMs: 1_000, readsPerSecond: 10, random: () => 0 };
  const round = (news: number, requests = 10, failures: Round['failures'] = new Map()): Round => ({
    news,
    requests,
    failures,
  });
  const failed = (status: number, retryAfterMs?: number) =>
    new Map([['t0', new AskFailure(status, 'no', retryAfterMs)]]);

  test('slows down while nothing changes, five times at most, and is back at once', () => {
    let paced = AT_ONCE;
    const waits = [0, 0, 0, 0, 0, 0, 1].map((news) => {
      paced = paceAfter(paced, round(news), options);
      return paced.waitMs;
    });
    expect(waits).toEqual([1_500, 2_250, 3_375, 5_000, 5_000, 5_000, 1_000]);
  });

  test('keeps large rounds under the read quota', () => {
    expect(paceAfter(AT_ONCE, round(5, 100), options).waitMs).toBe(10_000);
  });

  test('backs off twice as long each time, and as long as the server asks', () => {
    const first = paceAfter(AT_ONCE, round(0, 4, failed(503)), options);
    const second = paceAfter(first, round(0, 4, failed(0)), options);
    const third = paceAfter(second, round(0, 4, failed(429, 12_000)), options);
    expect([first, second, third].map(({ waitMs }) => waitMs)).toEqual([1_000, 2_000, 12_000]);
    let paced = third;
    for (let i = 0; i < 10; i++) paced = paceAfter(paced, round(0, 4, failed(500)), options);
    expect(paced.waitMs).toBe(30_000);
    expect(paceAfter(paced, round(1), options)).toEqual({ quiet: 0, failed: 0, waitMs: 1_000 });
  });

  test('a tracker that is not there is no reason to back off', () => {
    expect(paceAfter(AT_ONCE, round(0, 10, failed(404)), options).failed).toBe(0);
  });
});

describe('slices', () => {
  test('work waits for its turn, a few ms at a time, in order', () => {
    let now = 0;
    const steps: (() => void)[] = [];
    const done: number[] = [];
    const slices = inSlices<number>(
      (item) => {
        done.push(item);
        now += 1;
      },
      () => now,
      (step) => steps.push(step),
    );
    slices.add([1, 2, 3]);
    slices.add([4, 5]);
    expect(done).toEqual([]);
    const counts = [];
    while (steps.length > 0) {
      steps.shift()!();
      counts.push(done.length);
    }
    expect(counts).toEqual([2, 4, 5]);
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  test('a page that cannot keep up does all of it at once', () => {
    const steps: (() => void)[] = [];
    let done = 0;
    let now = 0;
    const slices = inSlices(
      () => {
        done++;
        now += 10;
      },
      () => now,
      (step) => steps.push(step),
    );
    slices.add(Array.from({ length: 501 }, (_, i) => i));
    steps.shift()!();
    expect([done, steps.length]).toEqual([501, 0]);
  });
});
