import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Backend } from '../../src/run/backend.ts';
import { type ShiftContext, sampleTimeShift } from '../../src/run/sample-times.ts';
import type { Plan } from '../../src/workers/plan.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 2, 1, 12);
let home: string;
beforeEach(async () => {
  home = await machine();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

/** A machine with notes of its own. */
async function machine(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-home-'));
  vi.stubEnv('SIMCTL_HOME', dir);
  return dir;
}

const backend = { target: { name: 'aws/x' }, embedded: false } as Backend;
/** An hour of data, that many days old. */
const plan = (days: number) =>
  ({ firstSampleTime: NOW - days * DAY_MS, lastSampleTime: NOW - days * DAY_MS + 3_600_000, live: false }) as Plan;
const shift = (days: number, over: Partial<ShiftContext> = {}) =>
  sampleTimeShift(plan(days), {
    everySeconds: 30,
    backend,
    byHand: undefined,
    now: NOW,
    sharedRun: 'fleet/start',
    ...over,
  });

test('all shards come to one shift, on one machine and on others', async () => {
  const first = await shift(100);
  expect(first).toBe(90 * DAY_MS);
  expect(await shift(100)).toBe(first);
  const other = await machine();
  expect(await shift(100)).toBe(first);
  await rm(other, { recursive: true });
});

test('what lies in the window stays where it is', async () => {
  expect(await shift(10)).toBe(0);
});

test('a machine that knows of a later run refuses, and says what all shards could use', async () => {
  await shift(10, { sharedRun: 'another/run' });
  await expect(shift(10)).rejects.toMatchObject({
    message: expect.stringContaining('later than this run'),
    hint: 'Tell all shards alike: --shift 3630000',
  });
  // Said by hand, it is taken, and the next run knows of it.
  expect(await shift(10, { byHand: 3_630_000 })).toBe(3_630_000);
  expect(await shift(10, { sharedRun: undefined })).toBe(2 * 3_630_000);
});
