import { expect, it } from 'vitest';
import { hasPassed } from '../../src/library/has-passed.ts';
import { moodOf } from '../../src/report/summary-sections.ts';
import { exitCodeOf, isOwnDoing, type Summary } from '../../src/run/summary.ts';

const none = { seen: 0, superseded: 0, filtered: 0, refused: 0, lost: 0, unexplained: 0 };
const kept = {
  sent: 10,
  acknowledged: 10,
  failed: 0,
  unknown: 0,
  lost: 0,
  refused: 0,
  unexplained: 0,
  reordered: 0,
  disconnects: 0,
  interrupted: false,
  saturated: false,
  thresholds: [],
  cross: { acknowledged: none, failed: none, unknown: none },
} as Partial<Summary> as Summary;
const broken = { text: 'lost == 0', kept: false, measured: 1, unit: '' } as const;
const deaths = [{ worker: 1, message: 'out of memory', sent: 3 }];
const shard = { index: 0, of: 2, saidBy: '--shard' };

it.each<[string, Partial<Summary>, code: number, mood: string]>([
  ['all is well', {}, 0, 'good'],
  ['a threshold broke', { thresholds: [broken] }, 4, 'bad'],
  ['a shard leaves its verdict to the whole', { shard, saturated: true }, 0, 'good'],
  ['it was interrupted', { interrupted: true }, 130, 'warn'],
  ['a worker died', { deaths }, 3, 'warn'],
  ['a worker died, and a threshold broke', { deaths, thresholds: [broken] }, 3, 'bad'],
  ['an update came after a later one, though no connection was lost', { reordered: 1 }, 0, 'good'],
  ['a fleet that was harmed broke its promise', { faults: [], reordered: 1, disconnects: 2 }, 4, 'bad'],
  ['a fleet that lost connections by chance was reordered', { reordered: 1, disconnects: 2 }, 0, 'bad'],
  [
    'an acknowledged update was lost after a fault',
    { faults: [], cross: { ...kept.cross, acknowledged: { ...none, lost: 1 } } },
    4,
    'bad',
  ],
  [
    'one that was not acknowledged was',
    { faults: [], lost: 1, cross: { ...kept.cross, unknown: { ...none, lost: 1 } } },
    0,
    'bad',
  ],
  ['a shard leaves its promise to the whole', { shard, faults: [], reordered: 1, disconnects: 2 }, 0, 'bad'],
  ['shards are missing from the whole, as was allowed', { shards: [], missing: [1] }, 0, 'warn'],
])('%s', (_, more, code, mood) => {
  const summary = { ...kept, ...more };
  expect([exitCodeOf(summary), moodOf(summary)]).toEqual([code, mood]);
  expect(hasPassed(summary)).toBe(code === 0);
});

const times = (p99: number) => ({ count: 100, p50: 0, p90: 0, p95: 0, p99, p999: p99, max: p99 });
it.each([
  ['it woke devices late', 300, 300, 0.2, true],
  ['it had no time for their answers', 1, 300, 0.95, true],
  ['the target was slow', 1, 300, 0.3, false],
  ['it was busy, and in time', 1, 20, 1, false],
])('the generator is saturated where %s', (_, lag, late, busyWhileLate, expected) => {
  expect(isOwnDoing({ lag: times(lag), late: times(late), busyWhileLate }, 250)).toBe(expected);
});
