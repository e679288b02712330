import { expect, it } from 'vitest';
import { marksOf } from '../../src/report/marks.ts';
import type { RecordedRun } from '../../src/run/recorded-run.ts';

const run = (summary: object) =>
  ({
    summary,
    slices: [
      { from: 10_000, to: 11_000 },
      { from: 11_000, to: 70_000 },
    ],
  }) as unknown as RecordedRun;

it('marks pauses and faults from the start on, in order of time', () => {
  const faults = [
    { fault: 'kick:10%@30s', round: 0, at: 40_000, devices: 1000, away: 0, backAt: 42_500 },
    { fault: 'half-open:1@20s', round: 0, at: 30_000, devices: 3, away: 1 },
    { fault: 'kick:10%@50s', round: 0, at: 60_000, devices: 0, away: 0 },
  ];
  expect(marksOf(run({ pauses: [{ from: 35_000, to: 36_000 }], faults }))).toEqual([
    { from: 20, to: 60, text: '--fault "half-open:1@20s" struck 3 devices, of which 1 were not back at the end' },
    { from: 25, to: 26, text: 'paused by hand' },
    { from: 30, to: 32.5, text: '--fault "kick:10%@30s" struck 1,000 devices' },
    { from: 50, to: 50, text: '--fault "kick:10%@50s" struck 0 devices' },
  ]);
});

it('marks nothing where nothing was done, or there are no seconds', () => {
  expect(marksOf(run({}))).toEqual([]);
  expect(marksOf({ summary: { pauses: [{ from: 1, to: 2 }] }, slices: [] } as unknown as RecordedRun)).toEqual([]);
});
