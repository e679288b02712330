import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/run/event-stream.ts';
import type { Summary } from '../../src/run/summary.ts';
import { type Simctl, simctl } from '../support/simctl.ts';

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl();
});
afterAll(() => cli.remove());

const SMALL = ['run', '--agents', '6', '--seconds', '90', '--pace', 'max', '--settle', '200', '--poll', '200'];

test.each<[string, string[]]>([
  ['straight to the topic rule', ['--basic-ingest']],
  ['signed, without certificates', ['--auth', 'sigv4', '--client', 'mqttjs']],
  ['both', ['--auth', 'sigv4', '--client', 'mqttjs', '--basic-ingest']],
])(
  '%s: every update arrives',
  async (name, way) => {
    const { code, stdout, stderr } = await cli.run(...SMALL, ...way, '--json', '--out', name.replaceAll(' ', '-'));
    expect([code, stderr]).toEqual([0, expect.stringContaining('Connecting 6 devices over iot')]);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary).toMatchObject({ sent: 18, acknowledged: 18, lost: 0, unexplained: 0 });
    expect(summary.seen + summary.superseded).toBe(18);
    expect(stderr.includes('certificate')).toBe(!way.includes('--auth'));
  },
  120_000,
);

test('events on standard output: nothing but lines of JSON, the last with the summary', async () => {
  const { code, stdout, stderr } = await cli.run(...SMALL, '--transport', 'memory', '--events', '-', '--out', 'events');
  expect([code, stderr]).toEqual([0, expect.stringContaining('18 updates')]);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  expect(events.every(({ v, at }) => v === 1 && at > 0)).toBe(true);
  const last = events.at(-1)!;
  expect(last.event).toBe('end');
  const summary = JSON.parse(await readFile(cli.file('events', 'summary.json'), 'utf8')) as Summary;
  expect(last).toMatchObject({ summary: { sent: 18, out: summary.out } });
  expect(events.filter(({ event }) => event === 'step').length).toBeGreaterThan(2);
}, 120_000);
