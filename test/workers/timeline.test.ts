import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHistogram, encodeHistogram, newHistogram, recordMs } from '../../src/histogram.ts';
import { noCounts } from '../../src/workers/counts.ts';
import { type FleetHistograms, newHistograms } from '../../src/workers/latencies.ts';
import { LATENCIES } from '../../src/workers/protocol.ts';
import { newTimeline, type Slice } from '../../src/workers/timeline.ts';

const NONE = noCounts();
const latencies = (values: readonly number[]): FleetHistograms => {
  const histograms = newHistograms();
  for (const name of LATENCIES) for (const ms of values) recordMs(histograms[name], ms);
  return histograms;
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
    latencies([1, 2, 3, 4, 5]),
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
      const whole = latencies(all);
      timeline.end({ ...NONE, sent, acknowledged: sent }, whole, now + 1);
      const added = newHistogram();
      for (const slice of slices) added.add(decodeHistogram(slice.latencies.response));
      expect(slices.reduce((sum, slice) => sum + slice.sent, 0)).toBe(sent);
      expect(encodeHistogram(added)).toBe(encodeHistogram(whole.response));
    }),
    { numRuns: 50 },
  );
});

test('a slice says how much of it was paused, and hands out its histograms', () => {
  const told: [number | undefined, number][] = [];
  const timeline = newTimeline(
    0,
    ({ pausedMs }, { response }) => told.push([pausedMs, response.totalCount]),
    (from, to) => Math.max(0, Math.min(to, 2500) - Math.max(from, 1500)),
  );
  timeline.add(latencies([1, 2]));
  for (const at of [1000, 2000, 3000, 4000]) timeline.tick(NONE, at);
  expect(told).toEqual([
    [undefined, 2],
    [500, 0],
    [500, 0],
    [undefined, 0],
  ]);
});
