/** A scenario file on the built program. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary.ts';
import { linesOf, type Simctl, simctl } from '../support/simctl.ts';
import { takingBroker } from '../support/taking-broker.ts';

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl();
});
afterAll(() => cli.remove());

test('an example: its phases in order, each with its own rate, in the lines, the timeline and the summary', async () => {
  const spike = fileURLToPath(new URL('../../examples/spike.yaml', import.meta.url));
  const { code, stdout, stderr } = await cli.run(
    'run',
    spike,
    '--agents',
    '120',
    '--seconds',
    '30min',
    '--out',
    'spike',
    '--json',
  );
  const summary = JSON.parse(stdout) as Summary;
  // How fast this machine is decides some thresholds; they decide the exit code.
  expect(code).toBe(summary.thresholds.every(({ kept }) => kept) ? 0 : 4);
  expect(summary.thresholds.map(({ text }) => text)).toEqual([
    'lost == 0',
    'response.p99 < 250ms in phase quiet',
    'failed < 0.1% in phase spike',
    'response.p99 < 250ms in phase recovery',
  ]);
  // 5 s of 50/s; 2 s from 50 to 500 and 3 s of 500; 5 s of 50: to the update.
  expect(summary.phases).toMatchObject([
    { name: 'quiet', sent: 250 },
    { name: 'spike', sent: 2050 },
    { name: 'recovery', sent: 250 },
  ]);
  expect(summary).toMatchObject({ sent: 2550, planned: 2550, lost: 0, notAskedFor: 120 * 60 - 2550 });
  expect(stderr).toMatch(/Phase 1 of 3: quiet, 5s[\s\S]*Phase 2 of 3: spike, 5s[\s\S]*Phase 3 of 3: recovery, 5s/);
  expect(stderr).toContain('--agents goes before "agents" of');

  const due = (await linesOf(cli.file('spike', 'sent-00.ndjson'))).map(({ dueAt }) => dueAt as number);
  expect(Math.max(...due) - Math.min(...due)).toBeLessThan(15_000);
  const phases = (await linesOf(cli.file('spike', 'timeline.ndjson'))).map(({ phase }) => phase);
  expect(new Set(phases.filter((phase) => phase !== undefined))).toEqual(new Set(['quiet', 'spike', 'recovery']));
}, 120_000);

test('a phase at max among rates: the rates around it are exact, and what it takes is its own', async () => {
  const broker = await takingBroker();
  const phases = ['{ name: before, pace: rate:20/s, duration: 2s }', '{ name: most, pace: max, duration: 2s }'];
  const text = [
    'transport: mqtt',
    `broker: mqtt://127.0.0.1:${broker.port}`,
    'agents: 20',
    'seconds: 250',
    'every: 1',
    'min-gap: 20',
    'workers: 2',
    `phases: [${phases.join(', ')}, { name: after, pace: rate:20/s, duration: 2s }]`,
  ];
  await writeFile(cli.file('most.yaml'), text.join('\n'));
  const { code, stdout } = await cli.run('run', 'most.yaml', '--out', 'most', '--json');
  await broker.close();
  expect(code).toBe(0);
  const summary = JSON.parse(stdout) as Summary;
  const [before, most, after] = summary.phases!;
  expect([before!.sent, after!.sent, summary.sent]).toEqual([40, 40, 80 + most!.sent]);
  // No device more often than its gap allows.
  expect(most!.sent).toBeGreaterThan(0);
  expect(most!.sent).toBeLessThanOrEqual(20 * 101);
  expect(summary).toMatchObject({ acknowledged: summary.sent, notAskedFor: 20 * 250 - summary.sent });
  const sent = (
    await Promise.all(['sent-00', 'sent-01'].map((name) => linesOf(cli.file('most', `${name}.ndjson`))))
  ).flat();
  const start = Math.min(...sent.map(({ dueAt }) => dueAt as number));
  const due = sent.map(({ dueAt }) => Math.round((dueAt as number) - start)).sort((a, b) => a - b);
  expect(due.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, k) => 50 * k));
  expect(due.slice(-40)).toEqual(Array.from({ length: 40 }, (_, k) => 4000 + 50 * k));
}, 60_000);

test('a file with problems: each with its line, exit code 2, and nothing done', async () => {
  await writeFile(cli.file('wrong.yaml'), 'agent: 5\nphases:\n  - name: a\n    pace: fast\n');
  const { code, stdout, stderr } = await cli.ask('run', 'wrong.yaml');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('wrong.yaml:1:1: there is no setting "agent"; did you mean "agents"?');
  expect(stderr).toContain('wrong.yaml:4:11: pace is replay, replay:SPEED');
});

test('--dry-run says what a scenario comes to', async () => {
  await writeFile(cli.file('dry.yaml'), 'agents: 10\npace: rate:5/s\nphases:\n  - { name: a, duration: 6s }\n');
  const { code, stdout } = await cli.ask('run', 'dry.yaml', '--agents', '20', '--dry-run');
  expect(code).toBe(0);
  expect(stdout).toContain('--agents goes before "agents" of dry.yaml:1');
  expect(stdout).toContain('20 devices, 30 updates over iot, pace rate:5/s over 6s: 6 s, 5 updates/s on average');
});
