import { expect, test } from 'vitest';
import { newOwnLateness } from '../../src/workers/own-lateness.ts';

/** Each: what the event loop did since the last, and what all updates' lateness has come to. */
test.each<[string, readonly [active: number, idle: number, lateMs: number][], busy: number]>([
  [
    'a thread without time for its answers',
    [
      [10, 90, 0],
      [250, 0, 5000],
      [250, 0, 15_000],
    ],
    1,
  ],
  [
    'devices that wait for a slow target',
    [
      [20, 230, 5000],
      [20, 230, 15_000],
    ],
    0.08,
  ],
  [
    'a busy time in which none was late',
    [
      [250, 0, 0],
      [25, 225, 1000],
    ],
    0.1,
  ],
  [
    'a spike that most were late in',
    [
      [25, 225, 100],
      [250, 0, 900],
    ],
    0.9,
  ],
  [
    'nothing that passed',
    [
      [0, 0, 100],
      [100, 100, 100],
    ],
    0.5,
  ],
])('%s', (_, passed, busy) => {
  let use = { active: 1000, idle: 1000 };
  const lateness = newOwnLateness(() => use);
  for (const [active, idle, lateMs] of passed) {
    use = { active: use.active + active, idle: use.idle + idle };
    lateness.note(lateMs);
  }
  const { lateMs, busyLateMs } = lateness.sums();
  expect(lateMs).toBe(passed.at(-1)![2]);
  expect(busyLateMs / lateMs).toBeCloseTo(busy, 9);
});
