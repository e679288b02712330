import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CapacityResult } from '../../src/run/capacity/capacity.ts';
import type { Summary } from '../../src/run/summary.ts';
import { type Simctl, simctl } from '../support/simctl.ts';
import { takingBroker } from '../support/taking-broker.ts';

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl();
});
afterAll(() => cli.remove());

// Whether this machine keeps its answers below a time is not what these tests are about; a pause of it that lets some
// updates come in one burst, beyond the quota, must not decide either.
const SHORT = [
  'capacity',
  '--agents',
  '20',
  '--step-time',
  '3s',
  '--warm-up',
  '1s',
  '--settle',
  '200',
  '--poll',
  '200',
];
const PATIENT = ['--threshold', 'unknown < 4%', '--lag-limit', '60000'];

test('the stand-in with a known quota: the knee is there, and every step behind it', async () => {
  const load = ['--quota', '100/s', '--from', '72', '--to', '1000', '--factor', '1.15', '--precision', '15%'];
  const { code, stdout, stderr } = await cli.run(
    ...SHORT,
    ...PATIENT,
    ...load,
    '--ack-timeout',
    '1000',
    '--out',
    'knee',
    '--json',
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining('] 72/s: Sending')]);
  const result = JSON.parse(stdout) as CapacityResult;
  expect(result.knee).toMatchObject({ kind: 'knee' });
  // Beyond the quota nothing gets through, on any machine. Below it, what comes a tenth of a second late or more may, on a
  // machine that pauses, come together with more than the quota has to give at once.
  expect(result.knee!.over!).toBeLessThan(100 * 1.1);
  const below = result.steps.filter(({ load }) => load <= 100);
  const calm = await Promise.all(below.map((step) => isPunctual(step, 100)));
  below.forEach((step, i) => {
    if (calm[i]) expect(step.verdict).toBe('kept');
  });
  if (calm.every(Boolean)) {
    expect(result.knee!.kept!).toBeGreaterThan(100 * 0.9);
    expect(stderr).toContain('] 109.5/s: Sending');
  }
  expect(result.knee!.kept!).toBeGreaterThan(100 * 0.5);
  for (const step of result.steps) {
    const summary = JSON.parse(await readFile(`${step.out}/summary.json`, 'utf8')) as Summary;
    expect(step).toMatchObject({ devices: 20, lost: summary.lost, failures: summary.failures });
    // What the broker dropped got no answer, and is nowhere; one that came late is somewhere.
    expect(summary.lost).toBeLessThanOrEqual(summary.unknown);
    const kept = step.unknown / step.sent < 0.04 && step.achieved >= 0.95 * step.load;
    expect(step.verdict).toBe(kept ? 'kept' : 'broken');
  }
  const names = await readdir(cli.file('knee'));
  expect(names).toEqual(expect.arrayContaining(['01-72-per-second', 'capacity.json', 'stand-in']));
  // Neither keys nor a target that is no more.
  expect(names).not.toContain('target.json');
  expect(await readdir(cli.file('knee', 'stand-in'))).not.toContain('credentials');
}, 240_000); // a handful of whole runs, on a machine that may be busy

/** A quota has a tenth of a second to give at once: what comes no later than that after its time is within it. */
async function isPunctual({ load, out }: CapacityResult['steps'][number], quota: number): Promise<boolean> {
  const { response, lag } = JSON.parse(await readFile(`${out}/summary.json`, 'utf8')) as Summary;
  return Math.max(response.max, lag.max) < (1000 * (0.1 * quota - 1)) / load;
}

test('by devices: more of them each step, with certificates of their own, until the quota is less than they send', async () => {
  const load = ['--by', 'devices', '--interval', '1s', '--from', '10', '--to', '120', '--precision', '25%'];
  const quota = ['--quota', '30/s', '--repeat', '1', '--ack-timeout', '1000', '--out', 'devices', '--json'];
  const { code, stdout, stderr } = await cli.run(...SHORT, ...PATIENT, ...load, ...quota);
  expect(code).toBe(0);
  const result = JSON.parse(stdout) as CapacityResult;
  expect(result).toMatchObject({ by: 'devices', knee: { kind: 'knee' } });
  expect(stderr).toContain('Making 10 things, each with its own key and certificate');
  for (const [i, { load: devices, offered, out, ...step }] of result.steps.entries()) {
    const summary = JSON.parse(await readFile(`${out}/summary.json`, 'utf8')) as Summary;
    expect([offered, step.devices, summary.connectFailures]).toEqual([devices, devices, {}]);
    // An update a second of each, for a second that does not count and three that do.
    expect(summary.planned).toBe(4 * devices);
    expect(basename(out)).toBe(`${String(i + 1).padStart(2, '0')}-${devices}-devices`);
    // 30 a second, and what there was at once, are 31 a second over three seconds: 96 % of no more than 32.
    if (devices > 33) expect(step.verdict).toBe('broken');
  }
  const { kept, over } = result.knee!;
  expect(Number.isInteger(kept) && Number.isInteger(over)).toBe(true);
  expect(kept!).toBeLessThan(over!);
  expect(kept!).toBeLessThanOrEqual(33);
  const most = Math.max(...result.steps.map(({ load: devices }) => devices));
  const of = Object.fromEntries(result.steps.map((step) => [step.load, step]));
  expect([of[kept!]!.verdict, of[over!]!.verdict]).toEqual(['kept', 'broken']);
  // The fleet of a smaller step is the beginning of a larger one's: each device was made once.
  const made = [...stderr.matchAll(/Making (\d+) things/g)].map(([, n]) => Number(n));
  expect(made.reduce((a, b) => a + b)).toBe(most);
}, 240_000);

test('no knee up to --to is an answer; SIGINT ends it with what is known', async () => {
  const load = ['--from', '20', '--to', '40', '--repeat', '1'];
  const { child, ended } = cli.start(...SHORT, ...PATIENT, ...load, '--out', 'none');
  const { code, stdout } = await ended;
  expect([code, stdout, child.killed]).toEqual([0, expect.stringContaining('NO KNEE UP TO 40/s: the stand-in'), false]);

  const cut = cli.start(...SHORT, ...PATIENT, ...load, '--out', 'cut');
  let said = '';
  cut.child.stdout!.on('data', (chunk) => {
    said += chunk;
    if (said.includes('[2] 40/s: Sending') && !cut.child.killed) cut.child.kill('SIGINT');
  });
  const interrupted = await cut.ended;
  expect([interrupted.code, interrupted.stdout]).toEqual([130, expect.stringContaining('INTERRUPTED')]);
  expect(interrupted.stdout).toContain('the stand-in kept every threshold up to 20/s.');
}, 240_000);

test('a failure is said once, with what the steps before it say; exit code 3', async () => {
  const broker = await takingBroker();
  const load = ['--from', '20', '--to', '40', '--repeat', '1'];
  const to = ['--transport', 'mqtt', '--broker', `mqtt://127.0.0.1:${broker.port}`, '--out', 'gone'];
  const { child, ended } = cli.start(...SHORT, ...PATIENT, ...load, ...to);
  let said = '';
  let closed: Promise<void> | undefined;
  child.stdout!.on('data', (chunk) => {
    said += chunk;
    if (said.includes('[1] 20/s: Joining')) closed ??= broker.close();
  });
  const { code, stdout, stderr } = await ended;
  await closed;
  expect(code).toBe(3);
  expect((stdout + stderr).match(/no device could connect/g)).toHaveLength(1);
  expect(stderr).toContain('no device could connect');
  expect(stdout).toContain(' kept every threshold up to 20/s.');
}, 240_000);

test.each<[string, string[], string]>([
  ['a quota of something else', ['--transport', 'memory', '--quota', 'aws'], '--quota is of the embedded stand-in'],
  ['a quota that is none', ['--quota', 'much'], '--quota is none, aws, or a number'],
  ['a threshold that is none', ['--threshold', 'fast'], '--threshold "fast"'],
  ['a broker that is not named', ['--transport', 'mqtt'], '--transport mqtt needs --broker'],
])('%s is refused, and leaves nothing', async (_, args, text) => {
  const { code, stderr } = await cli.ask('capacity', ...args, '--out', 'bad');
  expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
  expect(await readdir(cli.dir)).not.toContain('bad');
});
