import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paceText, parsePace } from '../../src/workers/pace-text.ts';
import {
  lengthMs,
  type Pace,
  type Pacer,
  pacerOf,
  scheduledMs,
  updatesAskedFor,
  WHEN_FREE,
} from '../../src/workers/pacer.ts';

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
  expect(pacerOf(pace, { devices: 3, firstSampleTime: 1_000_000 })(fixAt(sampleTime), 0, 0, 0)).toBeCloseTo(due, 9);
});

test('max has no schedule', () => {
  expect(pacerOf({ kind: 'max' }, { devices: 3, firstSampleTime: 0 })(fixAt(99), 3, 4, 0)).toBe(WHEN_FREE);
  expect(scheduledMs({ kind: 'max' }, { firstSampleTime: 0, lastSampleTime: 99, fixes: 5 })).toBe(0);
});

test('rate: the fleet as one even stream, whichever shard a device is in', () => {
  const pace = parsePace('rate:500/s');
  if (typeof pace === 'string') throw new Error(pace);
  const pacer = pacerOf(pace, { devices: 3, firstSampleTime: 0 });
  const due = [0, 1, 2, 3].flatMap((n) => [0, 1, 2].map((device) => pacer(fixAt(n * 30_000), n, device, 0)));
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
      const due = times.sort((a, b) => a - b).map((at, n) => pacer(fixAt(at), n, 0, 0));
      expect(due).toEqual([...due].sort((a, b) => a - b));
    }),
  );
});

test('a profile is one stream over the fleet, due when the rate’s integral reaches each number, and then nothing', () => {
  const pace = parsePace('rate:2/s over 2s then rate:0 over 3s then ramp:0..8/s over 1s') as Pace;
  expect(updatesAskedFor(pace)).toBe(8);
  const pacer = pacerOf(pace, { devices: 3, firstSampleTime: 0 });
  const due = [0, 1, 2, 3].flatMap((n) => [0, 1, 2].map((device) => pacer(fixAt(n * 30_000), n, device, 0)));
  const ramp = (k: number) => 5000 + 1000 * Math.sqrt(k / 4);
  expect(due.slice(0, 8)).toEqual([0, 500, 1000, 1500, ramp(0), ramp(1), ramp(2), ramp(3)]);
  expect(due.slice(8)).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
  expect(scheduledMs(pace, { firstSampleTime: 0, lastSampleTime: 1, fixes: 99 })).toBe(6000);
});

test('replays one after another go by the samples’ own times', () => {
  const pace = parsePace('replay:10 over 3s then replay:1 over 30s') as Pace;
  expect(updatesAskedFor(pace)).toBeUndefined();
  const pacer = pacerOf(pace, { devices: 3, firstSampleTime: 1000 });
  expect([0, 15_000, 30_000, 45_000, 60_000].map((at) => pacer(fixAt(1000 + at), 7, 2, 0))).toEqual([
    0,
    1500,
    3000,
    18_000,
    Number.POSITIVE_INFINITY,
  ]);
  expect(scheduledMs(pace, { firstSampleTime: 0, lastSampleTime: 30_000, fixes: 5 })).toBe(3000);
  expect(scheduledMs(pace, { firstSampleTime: 0, lastSampleTime: 99_000, fixes: 5 })).toBe(33_000);
});

/** A device that is answered after `answer` ms each time: what it asks of each of its fixes, until the pace ends. */
function driven(pacer: Pacer, deviceIndex: number, answer: (n: number) => number, fixes = 1000): number[] {
  const sent: number[] = [];
  for (let [n, free] = [0, 0]; n < fixes; n++) {
    const due = pacer(fixAt(n), n, deviceIndex, free);
    if (due === Number.POSITIVE_INFINITY) break;
    const at = Math.max(due, free);
    sent.push(at);
    free = at + answer(n);
  }
  return sent;
}

test('max among rates: each device goes as fast as it can for so long, and takes its turns again after that', () => {
  const pace = parsePace('rate:2/s over 2s then max over 1s then rate:0/s over 1s then rate:4/s over 1s') as Pace;
  expect([lengthMs(pace), updatesAskedFor(pace)]).toEqual([5000, undefined]);
  expect(scheduledMs(pace, { firstSampleTime: 0, lastSampleTime: 9, fixes: 99 })).toBe(5000);
  const pacer = pacerOf(pace, { devices: 2, firstSampleTime: 0 });
  const max = [2000, 2300, 2600, 2900];
  expect(driven(pacer, 0, () => 300)).toEqual([0, 1000, ...max, 4000, 4500]);
  // The other was answered less often, and has its turns all the same.
  expect(driven(pacer, 1, (n) => (n < 2 ? 100 : 700))).toEqual([500, 1500, 2000, 2700, 4250, 4950]);
});

test('what is still waited for as a stretch begins does not move it', () => {
  const pace = parsePace('rate:1/s over 2s then max over 2s then rate:1/s over 2s') as Pace;
  const pacer = pacerOf(pace, { devices: 1, firstSampleTime: 0 });
  // Its second answer takes until after all of max; then it is late for the next, as the rate goes on without it.
  expect(driven(pacer, 0, (n) => (n === 1 ? 3500 : 100))).toEqual([0, 1000, 4500, 5000]);
  const again = pacerOf(pace, { devices: 1, firstSampleTime: 0 });
  // Or until the middle of it: then it is free there, and due when it is free.
  expect(driven(again, 0, (n) => (n === 1 ? 2600 : 300))).toEqual([0, 1000, 3600, 3900, 4200, 5000]);
});

test('whatever answers take, the rates among max are what they are without it, and nothing is sent after the end', () => {
  const answers = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(answers, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 }), (times, rate, idle) => {
      const text = `rate:${rate}/s over 4s then max over 2s then rate:0/s over ${idle + 1}s then rate:${rate}/s over 4s`;
      const pacer = pacerOf(parsePace(text) as Pace, { devices: 3, firstSampleTime: 0 });
      const sent = [0, 1, 2].flatMap((device) => driven(pacer, device, (n) => times[n % times.length]!));
      const within = (from: number, to: number) => sent.filter((at) => at >= from && at < to).sort((a, b) => a - b);
      const even = Array.from({ length: 4 * rate }, (_, k) => (k * 1000) / rate);
      const last = 7000 + idle * 1000;
      // Answers of up to 400 ms are there before a device's next turn, three turns of at least 200 ms later.
      expect(within(0, 4000).map((at) => Math.round(at))).toEqual(even.map((at) => Math.round(at)));
      expect(within(last, last + 4000).map((at) => Math.round(at - last))).toEqual(even.map((at) => Math.round(at)));
      expect(within(4000, 6000).length).toBeGreaterThanOrEqual(3 * 5); // each has 2 s, and 400 ms at most for one
      expect(within(6000, last)).toEqual([]);
      expect(sent.length).toBe(8 * rate + within(4000, 6000).length);
    }),
  );
});

/** What a device sends that is answered at once: of each fix its sample time and when it is due. */
function replayed(pacer: Pacer, deviceIndex: number, sampleTimes: readonly number[]): [sample: number, due: number][] {
  const sent: [number, number][] = [];
  for (const [n, sampleTime] of sampleTimes.entries()) {
    const due = pacer(fixAt(sampleTime), n, deviceIndex, sent.at(-1)?.[1] ?? 0);
    if (due === Number.POSITIVE_INFINITY) break;
    sent.push([sampleTime, Math.max(due, sent.at(-1)?.[1] ?? 0)]);
  }
  return sent;
}

test('a replay among rates goes on where no fix that is left is earlier, and rates take the next fixes', () => {
  const pace = parsePace(
    'replay:10 over 3s then rate:2/s over 2s then replay:30 over 3s then rate:2/s over 1s',
  ) as Pace;
  expect([lengthMs(pace), updatesAskedFor(pace)]).toEqual([9000, undefined]);
  const pacer = pacerOf(pace, { devices: 2, firstSampleTime: 1000, everySeconds: 30 });
  const times = (first: number) => Array.from({ length: 20 }, (_, n) => 1000 * (1 + first + 30 * n));
  const due = (device: number, first: number) => replayed(pacer, device, times(first)).map(([, at]) => Math.round(at));
  expect(due(0, 0)).toEqual([0, 3000, 4000, 5000, 6000, 7000, 8000]);
  expect(due(1, 10)).toEqual([1000, 3500, 4500, 5333, 6333, 7333, 8500]);
});

test('whatever fixes devices have, all of them replay by one sample time, and none is late for it', () => {
  // Of each device: its first fix, and how far apart the others are, in seconds; 30 at the least.
  const device = fc.tuple(fc.nat(200), fc.array(fc.integer({ min: 30, max: 90 }), { minLength: 40, maxLength: 40 }));
  const devices = fc.array(device, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(devices, fc.integer({ min: 1, max: 7 }), fc.boolean(), (all, rate, isFirst) => {
      const text = `${isFirst ? 'replay:50 over 3s then ' : ''}ramp:${rate}..2/s over 5s then replay:20 over 4s then max over 1ms`;
      const from = isFirst ? 8000 : 5000;
      const firstSampleTime = 1000 * Math.min(...all.map(([first]) => first));
      const fleet = { devices: all.length, firstSampleTime, everySeconds: 30 };
      const offsets = all.flatMap(([first, gaps], index) => {
        const times = [first * 1000];
        for (const gap of gaps) times.push(times.at(-1)! + gap * 1000);
        // Each shard has a pacer of its own.
        return replayed(pacerOf(parsePace(text) as Pace, fleet), index, times)
          .filter(([, due]) => due > from && due < from + 4000 - 1)
          .map(([sample, due]) => Math.round(sample - 20 * (due - from)));
      });
      expect(new Set(offsets).size).toBeLessThanOrEqual(1);
    }),
  );
});
