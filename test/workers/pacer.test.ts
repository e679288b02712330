import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paceText, parsePace } from '../../src/workers/pace-text.ts';
import { type Pace, pacerOf, scheduledMs, updatesAskedFor, WHEN_FREE } from '../../src/workers/pacer.ts';

const fixAt = (sampleTime: number) => ({ sampleTime, position: [0, 0] as const });

test.each([
  // pace, sample time, due (ms after the start); the fleet's first sample is at 1,000,000
  ['replay', 1_000_000, 0],
  ['replay', 1_030_000, 30_000],
  ['replay:10', 1_030_000, 3_000], // thirty seconds of driving in three
  ['replay:0.5', 1_030_000, 60_000],
  ['replay:60', 1_000_500, 500 / 60],
])('%s: the sample at %i is due after %d ms', (text, sampleTime, due) => {
  const pace = parsePace(text);
  if (typeof pace === 'string') throw new Error(pace);
  expect(pacerOf(pace, { devices: 3, firstSampleTime: 1_000_000 })(fixAt(sampleTime), 0, 0)).toBeCloseTo(due, 9);
});

test('max has no schedule', () => {
  expect(pacerOf({ kind: 'max' }, { devices: 3, firstSampleTime: 0 })(fixAt(99), 3, 4)).toBe(WHEN_FREE);
  expect(scheduledMs({ kind: 'max' }, { firstSampleTime: 0, lastSampleTime: 99, fixes: 5 })).toBe(0);
});

test('rate: the fleet as one even stream, whichever shard a device is in', () => {
  const pace = parsePace('rate:500/s');
  if (typeof pace === 'string') throw new Error(pace);
  const pacer = pacerOf(pace, { devices: 3, firstSampleTime: 0 });
  const due = [0, 1, 2, 3].flatMap((n) => [0, 1, 2].map((device) => pacer(fixAt(n * 30_000), n, device)));
  expect(due).toEqual(Array.from({ length: 12 }, (_, k) => k * 2));
  expect(scheduledMs(pace, { firstSampleTime: 0, lastSampleTime: 90_000, fixes: 12 })).toBe(24);
  expect(parsePace(paceText(pace))).toEqual(pace);
});

test('a pace survives its own text, and due times never go back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.array(fc.nat(1e9), { minLength: 2 }), (speed, times) => {
      const pace = { kind: 'replay' as const, speed };
      expect(parsePace(paceText(pace))).toEqual(pace);
      const pacer = pacerOf(pace, { devices: 3, firstSampleTime: 0 });
      const due = times.sort((a, b) => a - b).map((at, n) => pacer(fixAt(at), n, 0));
      expect(due).toEqual([...due].sort((a, b) => a - b));
    }),
  );
});

test('a profile is one stream over the fleet, due when the rate’s integral reaches each number, and then nothing', () => {
  const pace = parsePace('rate:2/s over 2s then rate:0 over 3s then ramp:0..8/s over 1s') as Pace;
  expect(updatesAskedFor(pace)).toBe(8);
  const pacer = pacerOf(pace, { devices: 3, firstSampleTime: 0 });
  const due = [0, 1, 2, 3].flatMap((n) => [0, 1, 2].map((device) => pacer(fixAt(n * 30_000), n, device)));
  const ramp = (k: number) => 5000 + 1000 * Math.sqrt(k / 4);
  expect(due.slice(0, 8)).toEqual([0, 500, 1000, 1500, ramp(0), ramp(1), ramp(2), ramp(3)]);
  expect(due.slice(8)).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
  expect(scheduledMs(pace, { firstSampleTime: 0, lastSampleTime: 1, fixes: 99 })).toBe(6000);
});

test('replays one after another go by the samples’ own times', () => {
  const pace = parsePace('replay:10 over 3s then replay:1 over 30s') as Pace;
  expect(updatesAskedFor(pace)).toBeUndefined();
  const pacer = pacerOf(pace, { devices: 3, firstSampleTime: 1000 });
  expect([0, 15_000, 30_000, 45_000, 60_000].map((at) => pacer(fixAt(1000 + at), 7, 2))).toEqual([
    0,
    1500,
    3000,
    18_000,
    Number.POSITIVE_INFINITY,
  ]);
  expect(scheduledMs(pace, { firstSampleTime: 0, lastSampleTime: 30_000, fixes: 5 })).toBe(3000);
  expect(scheduledMs(pace, { firstSampleTime: 0, lastSampleTime: 99_000, fixes: 5 })).toBe(33_000);
});
