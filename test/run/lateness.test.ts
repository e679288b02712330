import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { moodOf } from '../../src/report/summary-sections.ts';
import { latenessLines, lateSecond, lateSeconds, waitedFor } from '../../src/run/lateness.ts';
import { exitCodeOf, type Summary } from '../../src/run/summary.ts';
import type { Pace } from '../../src/workers/pacer.ts';
import { START, slice } from '../support/recorded-shard.ts';

const LIMIT = 250;
const lags = (late: number, all: number) => Array.from({ length: all }, (_, i) => (i < late ? 500 : 2));

it.each<[string, number, number, boolean]>([
  ['a second in time', 0, 200, false],
  ['a stall of half a second at 200/s', 54, 200, true],
  ['one pause in a slow second', 1, 5, false],
  ['a slow second, all of it late', 10, 10, false],
  ['more than a few, all of them late', 11, 11, true],
  ['a hundredth of a fast second', 100, 10_000, false],
  ['more than a hundredth of it', 120, 10_000, true],
  ['nothing', 0, 0, false],
])('%s', (_, late, all, expected) => {
  expect(lateSecond(slice(START, 1000, lags(late, all)), LIMIT) !== undefined).toBe(expected);
});

test('a second is late where more than ten of its updates, and more than 1 % of them, were', () => {
  const counts = fc.integer({ min: 0, max: 3000 });
  fc.assert(
    fc.property(counts, counts, (late, inTime) => {
      const all = late + inTime;
      fc.pre(Math.abs(late - all / 100) > 1);
      const found = lateSecond(slice(START, 1000, lags(late, all)), LIMIT) !== undefined;
      expect(found).toBe(late > 10 && late > all / 100);
    }),
    { numRuns: 60 },
  );
});

const times = (p99: number, max = p99) => ({ count: 100, p50: 0, p90: 0, p95: 0, p99, p999: max, max });
const counts = { failed: 0, unknown: 0, lost: 0, refused: 0, unexplained: 0, reordered: 0 };
const none = { seen: 0, superseded: 0, filtered: 0, refused: 0, lost: 0, unexplained: 0 };
const run = {
  ...counts,
  sent: 100,
  planned: 100,
  seconds: 10,
  disconnects: 0,
  interrupted: false,
  saturated: false,
  firstSentAt: START,
  thresholds: [],
  cross: { acknowledged: none, failed: none, unknown: none },
  late: times(1),
  lag: times(1),
  service: times(1),
} as Partial<Summary> as Summary;

test('a stall that the whole run hides is told, with its seconds, and the exit code stays', () => {
  const slices = [0, 54, 0, 30].map((late, i) => slice(START + i * 1000, 1000, lags(late, 200)));
  const late = lateSeconds(slices, LIMIT);
  expect(late.map(({ from, updates }) => [from - START, updates])).toEqual([
    [1000, 200],
    [3000, 200],
  ]);
  const summary = { ...run, lateSeconds: late };
  expect(latenessLines(summary)).toEqual([
    expect.stringMatching(/^GENERATOR LATE in 2 seconds \(from 1 s, 3 s on\): it sent updates up to 500 ms after/),
  ]);
  expect([exitCodeOf(summary), moodOf(summary)]).toEqual([0, 'warn']);
  expect(latenessLines({ ...summary, saturated: true })).toEqual([]);
});

test('only the first of many seconds are named', () => {
  const slices = Array.from({ length: 8 }, (_, i) => slice(START + i * 1000, 1000, lags(50, 100)));
  const [line] = latenessLines({ ...run, lateSeconds: lateSeconds(slices, LIMIT) });
  expect(line).toContain('in 8 seconds (from 0 s, 1 s, 2 s, 3 s, 4 s and 3 more on)');
});

const rate: Pace = { kind: 'rate', perSecond: 100 };
const mixed: Pace = { kind: 'mixed', stretches: [] };
it.each<[string, Pace, Partial<Summary>, object | undefined]>([
  ['in time', rate, {}, undefined],
  ['at the limit', rate, { late: times(LIMIT) }, undefined],
  ['devices that waited to the end', rate, { late: times(9900, 10_000), seconds: 20 }, { offered: 0.5 }],
  ['a target that stalled, and was caught up with', rate, { late: times(2000), seconds: 10 }, { offered: 1 }],
  [
    'a last answer that took a minute',
    rate,
    { late: times(2500), seconds: 70, service: times(60_000) },
    { offered: 0.8 },
  ],
  ['a pause', rate, { late: times(40_000), seconds: 30, pausedSeconds: 10 }, { offered: 0.5 }],
  ['an interrupted run', rate, { late: times(9900), interrupted: true, sent: 50 }, {}],
  ['one that had sent all', rate, { late: times(10_000), seconds: 20, interrupted: true }, { offered: 0.5 }],
  ['stretches of max', mixed, { late: times(9900) }, {}],
  ['no schedule', { kind: 'max' }, { late: times(9900) }, undefined],
  ['faults on purpose', rate, { late: times(9900), lateUnharmed: 0 }, undefined],
  [
    'faults on purpose, and a target that is slow',
    rate,
    { late: times(9900, 10_000), seconds: 20, lateUnharmed: 99 },
    { offered: 0.5 },
  ],
  ['a generator that was late itself', rate, { late: times(9900), saturated: true }, undefined],
])('what devices waited for: %s', (_, pace, more, expected) => {
  const summary = { ...run, ...more };
  const waited = waitedFor({ pace, scheduledMs: 10_000, minGapMs: 0 }, summary, LIMIT);
  expect(waited).toEqual(expected && { lateP99: summary.late.p99, ...expected });
});

test('devices that waited are told of, and the exit code stays', () => {
  const waited = { lateP99: 8400, offered: 0.072 };
  const summary = { ...run, waited };
  expect(latenessLines(summary)).toEqual([
    'DEVICES WAITED for their answers: 1 in 100 updates were 8400 ms late or more; 7.2 % of the rate asked for was offered. The target is slow, or the devices are too few for that rate, as each has one update under way: use more devices, or a lower rate.',
  ]);
  expect([exitCodeOf(summary), moodOf(summary)]).toEqual([0, 'warn']);
  const [line] = latenessLines({ ...summary, disconnects: 3, waited: { ...waited, minGapMs: 400 } });
  expect(line).toMatch(/^DEVICES WAITED for their answers and 400 ms after each: .*slow, connections were lost, or/);
});
