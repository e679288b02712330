import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newUnharmedLateness } from '../../src/workers/unharmed-lateness.ts';

/** A device that is due every `interval`, and answered after `serviceMs` unless it is harmed: it then waits for the end. */
function sent(
  updates: number,
  interval: number,
  serviceMs: (n: number) => number,
  cuts: readonly (readonly [number, number])[],
) {
  const attempts: { dueAt: number; sentAt: number; doneAt: number }[] = [];
  let free = 0;
  for (let n = 0; n < updates; n++) {
    const dueAt = n * interval;
    const sentAt = Math.max(dueAt, free);
    let [at, left] = [sentAt, serviceMs(n)];
    for (const [from, to] of cuts) {
      if (to <= at) continue;
      const before = Math.max(0, from - at);
      if (left < before) break;
      [at, left] = [to, left - before];
    }
    free = at + left;
    attempts.push({ dueAt, sentAt, doneAt: free });
  }
  return attempts;
}

function lateOf(
  attempts: ReturnType<typeof sent>,
  cuts: readonly (readonly [number, number])[],
  limit: number,
): number {
  const unharmed = newUnharmedLateness(limit);
  const todo = [...cuts];
  for (const attempt of attempts) {
    for (; todo[0] !== undefined && todo[0][0] <= attempt.doneAt; todo.shift())
      unharmed.harmed('a', todo[0][0])(todo[0][1]);
    unharmed.note(attempt, 'a');
  }
  return unharmed.count();
}

test.each<[string, number, (n: number) => number, [number, number][], number]>([
  ['in time', 100, () => 10, [], 0],
  ['a target that is slower than the rate', 100, () => 200, [], 47],
  ['a cut of five seconds, and what it left to catch up with', 100, () => 60, [[1000, 6000]], 0],
  ['the same, of a target that is slower than the rate', 100, () => 200, [[1000, 3000]], 47],
  [
    'cuts that follow each other',
    100,
    () => 60,
    [
      [1000, 2000],
      [2100, 3000],
    ],
    0,
  ],
])('updates late beyond 250 ms without the harm: %s', (_, interval, serviceMs, cuts, expected) => {
  expect(lateOf(sent(50, interval, serviceMs, cuts), cuts, 250)).toBe(expected);
});

test('what counts is what would be late had there been no harm, whatever answers take and whenever it comes', () => {
  const cut = fc.tuple(fc.nat(3000), fc.integer({ min: 1, max: 3000 }));
  const times = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(times, fc.array(cut, { maxLength: 4 }), fc.nat(600), (services, gaps, limit) => {
      const cuts: [number, number][] = [];
      for (const [after, length] of gaps) {
        const from = (cuts.at(-1)?.[1] ?? 0) + after + 1;
        cuts.push([from, from + length]);
      }
      const serviceMs = (n: number) => services[n % services.length]!;
      // An answer that a cut holds back takes the rest of its own time after it.
      const harmed = sent(60, 150, serviceMs, cuts);
      expect(lateOf(harmed, cuts, limit)).toBe(lateOf(sent(60, 150, serviceMs, []), [], limit));
    }),
  );
});

test('two harms at a time are one, until the later is over; another device has none', () => {
  const unharmed = newUnharmedLateness(100);
  const [first, second] = [unharmed.harmed('a', 1000), unharmed.harmed('a', 1500)];
  first(2000);
  second(3000);
  const attempts = [
    { dueAt: 900, sentAt: 900, doneAt: 3010 },
    { dueAt: 1000, sentAt: 3010, doneAt: 3020 },
  ];
  for (const attempt of attempts) unharmed.note(attempt, 'a');
  expect(unharmed.count()).toBe(0);
  for (const attempt of attempts) unharmed.note(attempt, 'b');
  expect(unharmed.count()).toBe(1);
});
