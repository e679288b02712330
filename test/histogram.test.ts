import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newHistogram, percentilesOf, recordMs } from '../src/histogram.ts';

test('no percentile is above the next, nor above the highest value that there was', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), { minLength: 1 }), (values) => {
      const histogram = newHistogram();
      for (const ms of values) recordMs(histogram, ms);
      const { count, p50, p90, p95, p99, p999, max } = percentilesOf(histogram);
      const rising = [p50, p90, p95, p99, p999, max];
      expect(rising).toEqual([...rising].sort((a, b) => a - b));
      expect([count, max]).toEqual([values.length, Math.max(...values.map((ms) => Math.round(ms * 1000))) / 1000]);
    }),
  );
});
