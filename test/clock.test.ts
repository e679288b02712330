import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../src/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A clock, and when (ms after its beginning) each sleeper woke. */
function sleepy() {
  const clock = systemClock();
  const begun = clock.now();
  const woke: Record<string, number | 'stopped'> = {};
  const sleep = async (name: string, ms: number) => {
    const going = await clock.until(begun + ms);
    woke[name] = going ? Math.round(clock.now() - begun) : 'stopped';
  };
  return { clock, woke, sleep };
}

test('wakes each sleeper when it is due, and whoever is due already at once', async () => {
  const { woke, sleep } = sleepy();
  for (const [name, ms] of [
    ['b', 200],
    ['a', 100],
    ['now', 0],
  ] as const)
    void sleep(name, ms);
  await vi.advanceTimersByTimeAsync(150);
  expect(woke).toEqual({ now: 0, a: 100 });
  await vi.advanceTimersByTimeAsync(150);
  expect(woke).toEqual({ now: 0, a: 100, b: 200 });
});

test('while it is held nobody wakes, and afterwards all wake so much later', async () => {
  const { clock, woke, sleep } = sleepy();
  void sleep('before', 50);
  void sleep('during', 120);
  void sleep('after', 400);
  await vi.advanceTimersByTimeAsync(100);
  clock.hold();
  void sleep('overdue', 90); // asked for in the pause, and already due: goes on when it ends
  await vi.advanceTimersByTimeAsync(200);
  expect(woke).toEqual({ before: 50 });
  clock.resume(200);
  await vi.advanceTimersByTimeAsync(1000);
  expect(woke).toEqual({ before: 50, overdue: 300, during: 320, after: 600 });
});

test('a clock that stops while it is held wakes everybody with false', async () => {
  const { clock, woke, sleep } = sleepy();
  void sleep('a', 100);
  clock.hold();
  clock.stop();
  await sleep('b', 0);
  expect(woke).toEqual({ a: 'stopped', b: 'stopped' });
});
