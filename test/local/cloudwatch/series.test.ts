import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Quantiles } from '../../../src/local/cloudwatch/quantiles.ts';
import { Series } from '../../../src/local/cloudwatch/series.ts';
import { statistic } from '../../../src/local/cloudwatch/statistic.ts';

const NAME = { namespace: 'n', metric: 'm', dimensions: {} };
const value = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
const MINUTE = 60_000;

it('a quantile is within one per cent of the value that has that rank, however it was put together', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1 }),
      fc.array(value),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (a, b, share) => {
        const [one, other] = [new Quantiles(), new Quantiles()];
        for (const each of a) one.add(each);
        for (const each of b) other.add(each);
        one.merge(other);
        const sorted = [...a, ...b].sort((x, y) => x - y);
        const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!;
        expect(Math.abs(one.at(share) / exact - 1)).toBeLessThanOrEqual(0.0101);
      },
    ),
  );
});

it('what is not above zero counts as zero', () => {
  const quantiles = new Quantiles();
  expect(quantiles.at(0.5)).toBe(0);
  for (const each of [-5, 0, 0, 10]) quantiles.add(each);
  expect([quantiles.at(0.5), quantiles.at(0.75), Math.round(quantiles.at(1))]).toEqual([0, 0, 10]);
});

it('statistics over a period are those of its values, in whatever order they came', () => {
  const sample = fc.record({ at: fc.integer({ min: 0, max: 10 * MINUTE }), value });
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 1 }),
      fc.constantFrom(1000, 5000, MINUTE, 5 * MINUTE),
      (samples, period) => {
        const series = new Series(NAME, 'None');
        for (const each of samples) series.add(each.value, each.at);
        const points = series.points(0, 20 * MINUTE, period);
        const starts = [...new Set(samples.map(({ at }) => Math.floor(at / period) * period))].sort((a, b) => a - b);
        expect(points.map(({ at }) => at)).toEqual(starts);
        for (const point of points) {
          const values = samples
            .filter(({ at }) => Math.floor(at / period) * period === point.at)
            .map((each) => each.value);
          const sum = values.reduce((a, b) => a + b, 0);
          expect(point).toMatchObject({ samples: values.length, min: Math.min(...values), max: Math.max(...values) });
          expect(Math.abs(point.sum - sum)).toBeLessThanOrEqual(1e-9 * sum);
          const p99 = statistic('p99', '')(point);
          expect(p99 >= point.min && p99 <= point.max).toBe(true);
        }
      },
    ),
  );
});

it('seconds are kept for three hours, minutes for fifteen days', () => {
  const series = new Series(NAME, 'None');
  const end = 20 * 24 * 3600 + 3600;
  for (let second = 0; second < end; second += second < 20 * 24 * 3600 ? 61 : 1) series.add(second % 7, second * 1000);
  const ages = series.points(0, end * 1000, 1000).map(({ at }) => end - at / 1000);
  expect(ages.filter((age) => age > 4 * 3600).every((age) => (end - age) % 60 === 0)).toBe(true);
  expect(ages.filter((age) => age <= 3000)).toHaveLength(3000);
  expect(ages[0]).toBeLessThan(16 * 24 * 3600);
});
