import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { busyness, localTime, pauseByDay } from '../../../src/generator/agents/day-demand.ts';

const at = (time: string) => Date.parse(`${time}Z`);

describe('the time of day', () => {
  it.each([
    ['Greenwich', 0, '2024-05-14T08:00:00'],
    ['Honolulu', -157.86, '2024-05-13T21:28:33'],
    ['Curitiba', -49.27, '2024-05-14T04:42:55'],
  ])('in %s is that of the sun', (_, longitude, local) => {
    expect(Math.abs(localTime(at('2024-05-14T08:00:00'), longitude) - at(local))).toBeLessThan(2000);
  });

  it('is busy twice on weekdays, once at weekends, and never dead', () => {
    const tuesday = Array.from({ length: 24 }, (_, hour) => busyness(at('2024-05-14T00:30:00') + hour * 3_600_000));
    const sunday = Array.from({ length: 24 }, (_, hour) => busyness(at('2024-05-12T00:30:00') + hour * 3_600_000));
    const peaks = (day: readonly number[]) =>
      day.filter((rate, h) => h > 0 && h < 23 && rate > day[h - 1]! && rate >= day[h + 1]!).length;
    expect(peaks(sunday)).toBe(1);
    expect(tuesday[8]).toBeGreaterThan(tuesday[10]!);
    expect(tuesday[17]).toBeGreaterThan(tuesday[13]!);
    expect(Math.min(...tuesday, ...sunday)).toBeGreaterThan(0.1);
  });

  it('shortens a pause in a busy hour and stretches it in a quiet one, across hours too', () => {
    const seventeen = at('2024-05-14T17:00:00');
    expect(pauseByDay(seventeen, 600)).toBeCloseTo(600 / busyness(seventeen), 6);
    const three = at('2024-05-14T03:00:00');
    expect(pauseByDay(three, 60)).toBeCloseTo(60 / busyness(three), 6);
    // From 04:30 on, 30 minutes at the rate of 4 o'clock, an hour at that of 5, and what is left at that of 6.
    const half = at('2024-05-14T04:30:00');
    const [four, five, six] = [0, 1, 2].map((hour) => busyness(half + hour * 3_600_000));
    const usual = 1800 * four! + 3600 * five! + 100 * six!;
    expect(pauseByDay(half, usual)).toBeCloseTo(1800 + 3600 + 100, 6);
  });

  it('never reverses: who pauses longer leaves later', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (local, a, b) => {
          expect(pauseByDay(local, a + b)).toBeGreaterThanOrEqual(pauseByDay(local, a) - 1e-6);
        },
      ),
      { numRuns: 50 },
    );
  });
});
