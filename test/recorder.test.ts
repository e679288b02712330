import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeHistogram, newHistogram, percentilesOf, recordMs } from '../src/histogram.ts';
import { addRecorded, newRecorder } from '../src/recorder.ts';

it('leaves a histogram as recording each value would', () => {
  const ms = fc.oneof(
    fc.double({ min: -5, max: 3, noNaN: true }),
    fc.double({ min: 0, max: 5000, noNaN: true }),
    fc.double({ min: 0, max: 4_000_000, noNaN: true }),
    fc.integer({ min: 0, max: 32 }).map((bits) => 2 ** bits / 1000),
  );
  fc.assert(
    fc.property(fc.array(fc.array(ms)), (batches) => {
      const [expected, found] = [newHistogram(), newHistogram()];
      const recorder = newRecorder();
      for (const batch of batches) {
        for (const value of batch) {
          recordMs(expected, value);
          recorder.record(value);
        }
        addRecorded(found, recorder.take());
      }
      expect(percentilesOf(found)).toEqual(percentilesOf(expected));
      expect([found.maxValue, found.minNonZeroValue]).toEqual([expected.maxValue, expected.minNonZeroValue]);
      expect(encodeHistogram(found)).toBe(encodeHistogram(expected));
    }),
    { numRuns: 300 },
  );
});
