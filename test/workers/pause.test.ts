import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heldTogether, newPauseSwitch, newPauses, type Pause, pausedWithin } from '../../src/workers/pause.ts';

test('pauses add up within a window, the one that goes on included', () => {
  const pauses = newPauses();
  pauses.begin(100);
  expect([pauses.end(300), pauses.within(0, 1000), pauses.within(200, 250)]).toEqual([200, 200, 50]);
  pauses.begin(900);
  expect(pauses.within(0, 1000)).toBe(300);
  expect(pauses.within(300, 900)).toBe(0);
  expect(pauses.list(950)).toEqual([
    { from: 100, to: 300 },
    { from: 900, to: 950 },
  ]);
});

test('a switch tells whoever listens, until they do not', () => {
  const told: string[] = [];
  const pause = newPauseSwitch();
  const [stopA] = [pause.listen(() => told.push('a')), pause.listen(() => told.push('b'))];
  pause.toggle();
  stopA!();
  pause.toggle();
  expect(told).toEqual(['a', 'b', 'b']);
});

const pause = (from: number, to: number): Pause => ({ from, to });

test.each<[string, Pause[][], any: Pause[], all: Pause[]]>([
  ['apart', [[pause(0, 2)], [pause(5, 6)]], [pause(0, 2), pause(5, 6)], []],
  ['overlapping', [[pause(0, 4)], [pause(2, 6)]], [pause(0, 6)], [pause(2, 4)]],
  ['one within the other', [[pause(0, 9)], [pause(2, 3), pause(5, 6)]], [pause(0, 9)], [pause(2, 3), pause(5, 6)]],
  ['one after the other', [[pause(0, 2)], [pause(2, 4)]], [pause(0, 4)], []],
  ['the same', [[pause(1, 2)], [pause(1, 2)]], [pause(1, 2)], [pause(1, 2)]],
  ['one alone', [[pause(1, 2)], []], [pause(1, 2)], []],
  ['of no length', [[pause(1, 1)], [pause(0, 2)]], [pause(0, 2)], []],
])('runs held beside each other: %s', (_, runs, any, all) => {
  expect([heldTogether(runs, 1), heldTogether(runs, 2)]).toEqual([any, all]);
});

test('at each moment, it is held together where so many are held', () => {
  const times = fc.uniqueArray(fc.nat(40), { maxLength: 8 }).map((all) => all.sort((a, b) => a - b));
  const pauses = times.map((all) =>
    all.flatMap((from, i) => (i % 2 === 0 && i + 1 < all.length ? [pause(from, all[i + 1]!)] : [])),
  );
  const held = (of: readonly Pause[], at: number) => of.some(({ from, to }) => from <= at && at < to);
  fc.assert(
    fc.property(fc.array(pauses, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 4 }), (runs, least) => {
      const together = heldTogether(runs, least);
      const expected = Array.from({ length: 41 }, (_, at) => runs.filter((of) => held(of, at)).length >= least);
      expect(expected.map((_, at) => held(together, at))).toEqual(expected);
      expect(pausedWithin(together, 0, 41)).toBe(expected.filter(Boolean).length);
      together.forEach(({ from }, i) => {
        if (i > 0) expect(from).toBeGreaterThan(together[i - 1]!.to);
      });
    }),
  );
});
