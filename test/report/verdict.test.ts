import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { verdictCard } from '../../src/report/summary-sections.ts';
import { readRun } from '../../src/run/recorded-run.ts';
import type { Summary } from '../../src/run/summary.ts';
import { recordedRun, START } from '../support/recorded-run.ts';

const dir = mkdtempSync(join(tmpdir(), 'simctl-verdict-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const broken = { text: 'lost == 0', kept: false, measured: 1, unit: '' } as const;

it.each<[string, Partial<Summary>, RegExp]>([
  ['paused', { pauses: [{ from: START, to: START + 1000 }] }, /good"><strong>✓ Every update arrived/],
  ['waited for', { waited: { lateP99: 8400, offered: 0.1 } }, /warn"><strong>! Devices waited for their answers/],
  [
    'late for a second',
    { lateSeconds: [{ from: START, to: START + 1000, updates: 200, lagMax: 532 }] },
    /warn"><strong>! Generator late in 1 second/,
  ],
  ['broken', { thresholds: [broken] }, /bad"><strong>✗ Threshold broken/],
])('a run that was %s says first what makes it so', async (name, summary, first) => {
  const card = verdictCard(await readRun(recordedRun(join(dir, name), { seconds: 3, summary })));
  expect(card.text).toMatch(first);
});
