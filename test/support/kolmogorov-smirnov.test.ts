import fc from 'fast-check';
import { expect, it } from 'vitest';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';

// Values that scipy.stats.ks_2samp gives.
it.each([
  { one: [1, 2, 3], other: [1, 2, 3], d: 0 },
  { one: [1, 2, 3], other: [4, 5], d: 1 },
  { one: [1, 2, 2, 3], other: [2, 3, 4], d: 5 / 12 },
  { one: [5, 1, 3, 3, 9], other: [3, 3, 3], d: 2 / 5 },
])('$one against $other: $d', ({ one, other, d }) => {
  expect(kolmogorovSmirnov(one, other)).toBeCloseTo(d, 12);
});

it('is symmetric, between 0 and 1, and the greatest distance that counting finds', () => {
  const sample = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(sample, sample, (one, other) => {
      const share = (values: number[], x: number) => values.filter((value) => value <= x).length / values.length;
      const counted = Math.max(...Array.from({ length: 22 }, (_, x) => Math.abs(share(one, x) - share(other, x))));
      expect(kolmogorovSmirnov(one, other)).toBeCloseTo(counted, 12);
      expect(kolmogorovSmirnov(other, one)).toBe(kolmogorovSmirnov(one, other));
    }),
  );
});

it('refuses to compare nothing', () => {
  expect(() => kolmogorovSmirnov([], [1])).toThrow('nothing');
});
