import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterSeeing, type SampleClock, sampleNow, UNKNOWN_CLOCK } from '../../web/src/fleet/sample-clock.ts';

const DAYS = 86_400_000;

/** Samples of a run that goes `rate` times as fast as the wall clock, each seen up to `late` ms after it was taken. */
function watched(rate: number, seconds: number, late: (n: number) => number): SampleClock {
  let clock = UNKNOWN_CLOCK;
  for (let n = 0; n < seconds * 4; n++) {
    const wall = 20 * DAYS + n * 250;
    clock = afterSeeing(clock, wall, 10 * DAYS + (n * 250 - late(n)) * rate);
  }
  return clock;
}

describe('the sample clock', () => {
  test('says nothing before anything was seen', () => {
    expect(sampleNow(UNKNOWN_CLOCK, 5)).toBeUndefined();
  });

  test('after one look, it goes on from the newest sample as the wall clock does', () => {
    const clock = afterSeeing(UNKNOWN_CLOCK, 1_000_000, 500);
    expect(sampleNow(clock, 1_000_000)).toBe(500);
    expect(sampleNow(clock, 1_060_000)).toBe(60_500);
  });

  test.each([1, 10, 60, 0.1])('finds a run at %s times real time, late samples and all', (rate) => {
    const clock = watched(rate, 40, (n) => (n * 37) % 200);
    expect(clock.rate / rate).toBeCloseTo(1, 1);
    const age = 20 * DAYS + 40_000 - 20 * DAYS;
    const now = sampleNow(clock, 20 * DAYS + age)!;
    expect(Math.abs(now - (10 * DAYS + age * rate))).toBeLessThan(1_500 * rate);
  });

  test('takes a run in real time for what it is, whatever the jitter', () => {
    expect(watched(1, 30, (n) => (n * 91) % 1_500).rate).toBe(1);
  });

  test('stays small, and no sample is ahead of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: -50_000, max: 50_000 })), {
          minLength: 1,
          maxLength: 300,
        }),
        (steps) => {
          let [clock, wall, newest] = [UNKNOWN_CLOCK, 0, Number.NEGATIVE_INFINITY];
          for (const [step, sample] of steps) {
            wall += step;
            newest = Math.max(newest, sample);
            clock = afterSeeing(clock, wall, sample);
          }
          expect(clock.edge.length).toBeLessThanOrEqual(64);
          expect(clock.edge.at(-1)![1]).toBe(newest);
          expect(sampleNow(clock, clock.edge.at(-1)![0])!).toBeGreaterThanOrEqual(newest - 1e-3);
        },
      ),
    );
  });
});
