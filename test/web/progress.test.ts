import { describe, expect, test } from 'vitest';
import { progressOf, sinceDispatch } from '../../web/src/trail/progress.ts';

/** A fix at minute `minute`, `metres` east of where it all began. */
const fix = (minute: number, metres: number) => ({
  sampleTime: minute * 60_000,
  position: [10 + metres / 71_473, 50] as const,
});

describe('a delivery', () => {
  test('begins after the last long silence', () => {
    const fixes = [fix(0, 0), fix(1, 100), fix(30, 100), fix(31, 200)];
    expect(sinceDispatch(fixes)).toEqual(fixes.slice(2));
    expect(sinceDispatch(fixes.slice(0, 2))).toEqual(fixes.slice(0, 2));
    expect(sinceDispatch([])).toEqual([]);
  });

  test('is nothing without a fix, and stands still with one', () => {
    expect(progressOf([])).toBeUndefined();
    expect(progressOf([fix(3, 0)])).toEqual({
      dispatchedAt: 180_000,
      durationMs: 0,
      metres: 0,
      stops: [],
      moving: false,
    });
  });

  test('counts its way, its stops and whether it is moving', () => {
    const fixes = [fix(0, 0), fix(1, 600), fix(2, 603), fix(3, 598), fix(5, 601), fix(6, 1_200), fix(7, 1_202)];
    const progress = progressOf(fixes)!;
    expect(progress).toMatchObject({ dispatchedAt: 0, durationMs: 420_000, moving: false });
    // The noise of the stop is no way.
    expect(progress.metres).toBeCloseTo(600 + 599, -1);
    expect(progress.stops).toMatchObject([{ from: 60_000, to: 300_000 }]);
    expect(progressOf(fixes.slice(0, -1))?.moving).toBe(true);
  });

  test('a traffic light is no stop; the stop that it is at now is one', () => {
    expect(progressOf([fix(0, 0), fix(1, 600), fix(2, 602), fix(3, 1_200)])?.stops).toEqual([]);
    expect(progressOf([fix(0, 0), fix(1, 600), fix(2, 602), fix(4, 600)])?.stops).toMatchObject([
      { from: 60_000, to: 240_000 },
    ]);
  });
});
