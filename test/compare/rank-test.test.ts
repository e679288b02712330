import { describe, expect, it } from 'vitest';
import { holm, rankTest } from '../../src/compare/rank-test.ts';
import { deviates } from './simulated-run.ts';

describe('the rank test', () => {
  // Hollander & Wolfe 1973, table 4.1, the example of R's wilcox.test(x, y, exact = FALSE): W = 35, p = 0.2446 two-sided.
  const x = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
  const y = [1.15, 0.88, 0.9, 0.74, 1.21];

  it("gives a textbook's p-value", () => {
    const { p, shift, low, high } = rankTest(y, x);
    // By hand: U = 35, mean 25, deviation √(50 · 16 / 12) = 8.165; z = 9.5 / 8.165 = 1.1635.
    expect(p).toBeCloseTo(0.2446, 3);
    expect(shift).toBeCloseTo(0.305, 3); // the median of the 50 differences
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0.7);
  });

  it('counts ties, and finds nothing where all are alike', () => {
    expect(rankTest([0, 0, 0, 0, 0], [0, 0, 0, 0, 0])).toEqual({ p: 1, shift: 0, low: 0, high: 0 });
    // U = 17.5, mean 12.5; Σ(t³ − t) = 24 + 210 over 90: deviation √(25 / 12 · (11 − 2.6)) = 4.183; z = 4.5 / 4.183.
    expect(
      rankTest(
        [1, 1, 1, 2, 2],
        [1, 1, 2, 2, 2].map((v) => v + (v === 1 ? 1 : 0)),
      ).p,
    ).toBeLessThan(0.2);
  });

  it('refuses samples that are too small', () => {
    expect(() => rankTest([1, 2, 3, 4], [1, 2, 3, 4, 5])).toThrow('takes 5 values a side; got 4 and 5');
  });

  it('has an interval that covers the true shift about as often as it says', () => {
    const deviate = deviates(7);
    const sample = (mean: number) => Array.from({ length: 12 }, () => mean + deviate());
    let covered = 0;
    for (let i = 0; i < 400; i++) {
      const { low, high } = rankTest(sample(0), sample(1));
      if (low <= 1 && high >= 1) covered++;
    }
    expect(covered).toBeGreaterThan(0.92 * 400);
  });
});

describe("Holm's correction", () => {
  it('multiplies the smallest by all, the next by the rest, and never falls', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.5, 0.9])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});
