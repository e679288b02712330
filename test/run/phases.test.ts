import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type PhasedLog, phaseFigures, phaseTable } from '../../src/run/phase-figures.ts';
import { watchPhases } from '../../src/run/phase-watch.ts';
import { phaseAt } from '../../src/run/phases.ts';
import type { Snapshot } from '../../src/workers/snapshot.ts';
import type { Slice } from '../../src/workers/timeline.ts';
import { sentLine } from '../support/sent-line.ts';

const PHASES = [
  { name: 'quiet', seconds: 10 },
  { name: 'spike', seconds: 5 },
];
const START = 1_000_000;
const dirs: string[] = [];
afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true });
});

test('phaseAt: the first phase that has not ended', () => {
  expect([0, 9999.9, 10_000, 14_999, 15_000].map((ms) => phaseAt(PHASES, ms)?.name)).toEqual([
    'quiet',
    'quiet',
    'spike',
    'spike',
    undefined,
  ]);
  expect(phaseAt(PHASES, 11_000)).toEqual({ name: 'spike', index: 1, of: 2, endsInMs: 4000 });
});

/** A send log of attempts: due, sent and done in ms after the start. */
function log(
  attempts: readonly (readonly [due: number, sent: number, done: number, failure?: string])[],
  pauses = {},
): PhasedLog {
  const dir = mkdtempSync(join(tmpdir(), 'simctl-phases-'));
  dirs.push(dir);
  const file = join(dir, 'sent-0.ndjson');
  const lines = attempts.map(([due, sent, done, failure], seq) =>
    sentLine({
      update: { deviceId: 'a', seq, sampleTime: seq, position: [1, 2] },
      dueAt: START + due,
      readyAt: START + due,
      sentAt: START + sent,
      doneAt: START + done,
      ...(failure === undefined ? {} : { failure }),
    }),
  );
  writeFileSync(file, `${lines.join('\n')}\n{"fault":"storm at 1s","did":"begin","at":1}\n`);
  return { file, start: START, ...pauses };
}

test('an update counts to the phase that it was due in, however late it was sent and answered', async () => {
  const logs = [
    log([
      [0, 0, 20],
      [9999, 12_000, 12_010, 'timeout'],
      // A hair before its phase by the log's rounding.
      [9999.9996, 10_000, 30_000],
    ]),
    log([
      [14_999, 15_100, 15_101],
      // Without a schedule, due is when it was sent.
      [15_000.2, 15_000.2, 15_001],
    ]),
  ];
  const [quiet, spike] = await phaseFigures(PHASES, logs);
  expect(quiet).toMatchObject({ name: 'quiet', seconds: 10, sent: 2, acknowledged: 1, late: { count: 2 } });
  expect(quiet!.failed + quiet!.unknown).toBe(1);
  expect(quiet!.response).toMatchObject({ count: 1 });
  expect(quiet!.response.max).toBeCloseTo(20, 1);
  expect(spike).toMatchObject({ name: 'spike', sent: 3, acknowledged: 3, failed: 0 });
  expect(Math.abs(spike!.response.max - 20_000)).toBeLessThan(20);
  expect(Math.abs(spike!.late.max - 101)).toBeLessThan(0.2);
  expect(phaseTable([quiet!, spike!])).toEqual([
    expect.stringMatching(/^phase +seconds +sent/),
    expect.stringMatching(/^quiet +10 +2 +0\.2 /),
    expect.stringMatching(/^spike +5 +3 +0\.6 +0 +0 /),
    '',
  ]);
});

test('a pause moves the phases of what was sent after it', async () => {
  const pauses = [{ from: START + 8000, to: START + 28_000 }];
  // Due at 9 s, and held until the pause was over; and what was sent just before it, answered after.
  const logs = [
    log(
      [
        [29_000, 29_000, 29_001],
        [30_001, 30_001, 30_002],
        [7999, 7999, 28_500],
      ],
      { pauses },
    ),
  ];
  const figures = await phaseFigures(PHASES, logs);
  expect(figures.map(({ sent }) => sent)).toEqual([2, 1]);
});

test('a run is followed through its phases: each said once, and each second labelled', () => {
  const notes: string[] = [];
  const watch = watchPhases(PHASES, (text) => notes.push(text));
  const at = (ms: number, more: Partial<Snapshot> = {}) =>
    watch.of({ stage: 'running', startedAt: START, now: START + ms, pausedMs: 0, ...more } as Snapshot).phase?.name;
  expect([at(-5), at(0, { startedAt: 0 }), at(100), at(9000), at(10_500), at(31_000, { pausedMs: 20_000 })]).toEqual([
    undefined,
    undefined,
    'quiet',
    'quiet',
    'spike',
    'spike',
  ]);
  expect([at(15_100), at(12_000, { stage: 'draining' })]).toEqual([undefined, undefined]);
  expect(notes).toEqual(['Phase 1 of 2: quiet, 10s', 'Phase 2 of 2: spike, 5s']);

  const label = (from: number, to: number, pausedMs?: number) =>
    watch.labelled({ from: START + from, to: START + to, ...(pausedMs === undefined ? {} : { pausedMs }) } as Slice)
      .phase;
  expect([label(0, 1000), label(8000, 30_000, 20_000), label(30_000, 31_000), label(40_000, 41_000)]).toEqual([
    'quiet',
    'quiet',
    'spike',
    undefined,
  ]);
  expect(watch.start).toBe(START);
});

test('a run without phases is in none', () => {
  const watch = watchPhases(undefined, () => expect.unreachable());
  expect(watch.of({ startedAt: 1, now: 2 } as Snapshot)).toEqual({});
  expect(watch.labelled({ from: 1, to: 2 } as Slice)).toEqual({ from: 1, to: 2 });
});
