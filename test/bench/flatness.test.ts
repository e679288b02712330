import { describe, expect, it } from 'vitest';
import { flatness } from '../../bench/flatness.ts';

const samples = (...mib: number[]) => mib.map((each, i) => ({ minutes: i + 1, mib: each }));

describe('flatness', () => {
  it('looks at the last half alone', () => {
    expect(flatness(samples(10, 50, 90, 100, 100, 100))).toEqual({ slopePerHour: 0, growth: 0, mean: 100 });
  });

  it('finds the slope through what jumps about', () => {
    const { slopePerHour, growth, mean } = flatness(samples(0, 0, 0, 0, 99, 102, 101, 104));
    // By hand: times -1.5 … 1.5 around their mean, values -2.5, 0.5, -0.5, 2.5 around theirs.
    expect(slopePerHour).toBeCloseTo(((1.5 * 2.5 - 0.5 * 0.5 + -0.5 * 0.5 + 1.5 * 2.5) / 5) * 60, 9);
    expect(growth).toBeCloseTo((1.4 * 3) / 101.5, 9);
    expect(mean).toBe(101.5);
  });

  it('refuses to judge what it has not seen', () => {
    expect(() => flatness(samples(1, 2))).toThrow(/2 samples are too few/);
  });
});
