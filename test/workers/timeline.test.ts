import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHistogram, encodeHistogram, newHistogram, recordMs } from '../../src/histogram.ts';
import { type Counts, LATENCIES, type Latencies } from '../../src/workers/protocol.ts';
import { newTimeline, type Slice } from '../../src/workers/timeline.ts';

const NONE: Counts = { sent: 0, acknowledged: 0, failed: 0, unknown: 0, inFlight: 0, failures: {} };
const latencies = (values: readonly number[]): Latencies => {
  const histogram = newHistogram();
  for (const ms of values) recordMs(histogram, ms);
  return Object.fromEntries(LATENCIES.map((name) => [name, encodeHistogram(histogram)])) as unknown as Latencies;
};
const wholeOf = (values: readonly number[]) => {
  const encoded = latencies(values);
  return Object.fromEntries(LATENCIES.map((name) => [name, decodeHistogram(encoded[name])])) as Parameters<
    ReturnType<typeof newTimeline>['end']
  >[1];
};

test('a slice a second, with what was reported in it, and a last one with the rest', () => {
  const slices: Slice[] = [];
  const timeline = newTimeline(10_000, (slice) => slices.push(slice));
  timeline.add(latencies([1, 2]));
  timeline.tick({ ...NONE, sent: 3, acknowledged: 2, inFlight: 1 }, 10_500); // not yet a second
  timeline.add(latencies([3]));
  timeline.tick({ ...NONE, sent: 4, acknowledged: 3, inFlight: 1 }, 11_050);
  timeline.tick({ ...NONE, sent: 6, acknowledged: 3, failed: 2, failures: { 'no-answer': 2 }, inFlight: 1 }, 12_060);
  timeline.end(
    { ...NONE, sent: 7, acknowledged: 5, failed: 2, failures: { 'no-answer': 2 } },
    wholeOf([1, 2, 3, 4, 5]),
    12_300,
  );
  expect(
    slices.map(({ latencies: { service }, ...rest }) => ({ ...rest, answers: decodeHistogram(service).totalCount })),
  ).toEqual([
    {
      from: 10_000,
      to: 11_050,
      sent: 4,
      acknowledged: 3,
      failed: 0,
      unknown: 0,
      failures: {},
      inFlight: 1,
      answers: 3,
    },
    {
      from: 11_050,
      to: 12_060,
      sent: 2,
      acknowledged: 0,
      failed: 2,
      unknown: 0,
      failures: { 'no-answer': 2 },
      inFlight: 1,
      answers: 0,
    },
    {
      from: 12_060,
      to: 12_300,
      sent: 1,
      acknowledged: 2,
      failed: 0,
      unknown: 0,
      failures: {},
      inFlight: 0,
      answers: 2,
    },
  ]);
});

test('the slices add up to the whole, whatever was reported when', () => {
  const report = fc.record({
    values: fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { maxLength: 8 }),
    pause: fc.nat(900),
    reported: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(report, { maxLength: 20 }), (reports) => {
      const slices: Slice[] = [];
      const timeline = newTimeline(0, (slice) => slices.push(slice));
      let [now, sent] = [0, 0];
      const all: number[] = [];
      for (const { values, pause, reported } of reports) {
        now += pause;
        all.push(...values);
        sent += values.length;
        // What the last of a shard's news did not tell is in its result.
        if (!reported) continue;
        timeline.add(latencies(values));
        timeline.tick({ ...NONE, sent, acknowledged: sent }, now);
      }
      const whole = wholeOf(all);
      timeline.end({ ...NONE, sent, acknowledged: sent }, whole, now + 1);
      const added = newHistogram();
      for (const slice of slices) added.add(decodeHistogram(slice.latencies.response));
      expect(slices.reduce((sum, slice) => sum + slice.sent, 0)).toBe(sent);
      expect(encodeHistogram(added)).toBe(encodeHistogram(whole.response));
    }),
    { numRuns: 50 },
  );
});
