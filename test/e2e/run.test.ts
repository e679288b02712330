import { mkdir, readdir, readFile } from 'node:fs/promises';
import { HistogramLogReader } from 'hdr-histogram-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isOwnDoing, type Summary } from '../../src/run/summary.ts';
import type { Target } from '../../src/target.ts';
import { linesOf, type Simctl, simctl } from '../support/simctl.ts';

let cli: Simctl;
let devices: string[];
beforeAll(async () => {
  cli = await simctl();
  const made = await cli.run(
    'generate',
    '--agents',
    '24',
    '--seconds',
    '120',
    '--every',
    '30',
    '--seed',
    '7',
    '--out',
    'fleet',
  );
  expect(made.code).toBe(0);
  devices = (await readFile(cli.file('fleet', 'devices.csv'), 'utf8'))
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',')[0]!);
}, 60_000);
afterAll(() => cli.remove());

const FAST = ['--dataset', 'fleet', '--pace', 'replay:60', '--settle', '500', '--poll', '100', '--json'];
const NO_LOSS = { failed: 0, unknown: 0, refused: 0, filtered: 0, lost: 0, unexplained: 0, interrupted: false };

test('the whole path: two workers, a certificate each, every update accounted for', async () => {
  const { code, stdout } = await cli.run('run', ...FAST, '--workers', '2', '--out', 'whole');
  expect(code).toBe(0);
  const summary = JSON.parse(stdout) as Summary;
  expect(summary).toMatchObject({ ...NO_LOSS, devices: 24, planned: 96, sent: 96, acknowledged: 96 });
  expect(summary.seen + summary.superseded).toBe(96);
  for (const name of ['response', 'service', 'publishToStore', 'endToEnd'] as const) {
    expect(summary[name].count).toBeGreaterThan(0);
    expect(summary[name].max).toBeGreaterThanOrEqual(summary[name].p50);
  }

  const names = await readdir(cli.file('whole'));
  for (const name of [
    'plan.json',
    'sent-00.ndjson',
    'sent-01.ndjson',
    'received.ndjson',
    'history.ndjson',
    'ingest.ndjson',
    'latency.hlog',
    'summary.json',
    'fates.ndjson',
  ]) {
    expect(names).toContain(name);
  }
  const sent = [
    ...(await linesOf(cli.file('whole', 'sent-00.ndjson'))),
    ...(await linesOf(cli.file('whole', 'sent-01.ndjson'))),
  ];
  expect(new Set(sent.map(({ id }) => id))).toEqual(new Set(devices));
  for (const id of devices) {
    const own = sent.filter((line) => line.id === id);
    expect(own.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    // A sleeper may wake a twentieth of a millisecond early (clock.ts), never more.
    for (const line of own) expect(line.sentAt as number).toBeGreaterThan((line.dueAt as number) - 0.1);
  }
  // The private keys of a stand-in that is no more are gone, and no key was written anywhere else.
  expect(await readdir(cli.file('whole', 'stand-in'))).not.toContain('credentials');
  expect(await readFile(cli.file('whole', 'plan.json'), 'utf8')).not.toContain('secretAccessKey');

  const reader = new HistogramLogReader(await readFile(cli.file('whole', 'latency.hlog'), 'utf8'));
  const tags: string[] = [];
  for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) tags.push(next.tag);
  expect(tags).toEqual(['response', 'service', 'late', 'lag', 'publishToStore', 'endToEnd', 'endToEndEarliest']);
});

test('--client mqttjs; an update that the stand-in drops on purpose is the one that is reported lost', async () => {
  const [victim] = devices;
  const { stdout } = await cli.run('run', ...FAST, '--client', 'mqttjs', '--drop', `${victim}@2`, '--out', 'dropped');
  expect(JSON.parse(stdout)).toMatchObject({ ...NO_LOSS, acknowledged: 96, lost: 1 });
  expect(await linesOf(cli.file('dropped', 'fates.ndjson'))).toEqual([
    expect.objectContaining({ id: victim, seq: 2, sender: 'acknowledged', backend: 'lost' }),
  ]);
});

test('--client device-sdk; a dataset finer than --every is thinned', async () => {
  const { stdout } = await cli.run('run', ...FAST, '--client', 'device-sdk', '--every', '60', '--out', 'thinned');
  expect(JSON.parse(stdout)).toMatchObject({ ...NO_LOSS, devices: 24, sent: 48, acknowledged: 48 });
});

test('--transport tracker', async () => {
  const { stdout } = await cli.run('run', ...FAST, '--transport', 'tracker', '--out', 'tracker');
  expect(JSON.parse(stdout)).toMatchObject({ ...NO_LOSS, sent: 96, acknowledged: 96 });
});

test('--generate makes the fixes as they are sent, and no file of them', async () => {
  const fleet = ['--agents', '6', '--seconds', '60', '--model', 'delivery', '--seed', '5'];
  const { stdout } = await cli.run('run', '--generate', ...fleet, ...FAST.slice(2), '--properties', '--out', 'made');
  expect(JSON.parse(stdout)).toMatchObject({ ...NO_LOSS, devices: 6, sent: 12 });
  expect(await readdir(cli.file('made'))).not.toContain('dataset');
});

test('what goes wrong after the last send leaves the logs where they are', async () => {
  const { child, ended } = cli.start('run', ...FAST, '--transport', 'memory', '--out', 'kept');
  let said = '';
  child.stderr!.on('data', (chunk) => {
    said += chunk;
    // A directory where the summary should go: the run has all its logs by then.
    if (said.includes('Sending')) void mkdir(cli.file('kept', 'summary.json', 'x'), { recursive: true });
  });
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([3, expect.stringContaining('cannot write')]);
  expect((await linesOf(cli.file('kept', 'sent-00.ndjson'))).length).toBe(96);
});

test('a signal after the last send is an interruption too', async () => {
  const { child, ended } = cli.start('run', ...FAST.slice(0, 4), '--settle', '60000', '--out', 'late-cut');
  let said = '';
  let [first, second] = [false, false];
  child.stdout!.on('data', (chunk) => {
    said += chunk;
    if (!first && said.includes('Waiting')) first = child.kill('SIGINT');
    // Two at once are one for the system.
    if (!second && said.includes('another signal cuts it off')) second = child.kill('SIGINT');
  });
  const { code, stdout } = await ended;
  expect([code, stdout]).toEqual([130, expect.stringContaining('INTERRUPTED')]);
});

test('--every below the filter: what the tracker filters is told from what is lost', async () => {
  await cli.run('generate', '--agents', '4', '--seconds', '60', '--every', '10', '--out', 'dense');
  const { stdout } = await cli.run('run', '--dataset', 'dense', '--every', '10', ...FAST.slice(2), '--out', 'filtered');
  const summary = JSON.parse(stdout) as Summary;
  expect(summary).toMatchObject({ sent: 24, acknowledged: 24, filtered: 16, lost: 0, unexplained: 0 });
});

test('--transport memory; a threshold that is broken: exit code 4, and which it was; one that is kept: 0', async () => {
  const flags = ['--dataset', 'fleet', '--transport', 'memory', '--pace', 'replay:60', '--settle', '0'];
  const kept = ['--threshold', 'failed == 0', '--threshold', 'service.max < 10s in every 1s'];
  const good = await cli.run('run', ...flags, ...kept, '--json', '--out', 'promise-kept');
  expect(good.code).toBe(0);
  // What `memory` takes goes nowhere, and there is nobody to ask: that is no loss, it is not known.
  expect(JSON.parse(good.stdout)).toMatchObject({ sent: 96, acknowledged: 96, unexplained: 96 });
  const broken = [...kept, '--threshold', 'sent > 1000', '--out', 'promise-broken'];
  const { code, stdout } = await cli.run('run', ...flags, ...broken);
  expect(code).toBe(4);
  expect(stdout).toContain('THRESHOLD BROKEN: sent > 1000.');
  expect(stdout).toContain('BROKEN  sent > 1000: 96');
  expect(stdout).toContain('kept    failed == 0: 0');
  const slices = await linesOf(cli.file('promise-broken', 'timeline.ndjson'));
  expect(slices.reduce((sum, { sent }) => sum + (sent as number), 0)).toBe(96);
});

test('an open-loop rate takes as long as it says, and connecting can be held back', async () => {
  const { code, stdout } = await cli.run(
    ...['run', '--dataset', 'fleet', '--transport', 'memory', '--workers', '2', '--settle', '0', '--json'],
    ...['--pace', 'rate:100/s', '--connect-rate', '50', '--out', 'rate'],
  );
  expect(code).toBe(0);
  const { sent, lag, seconds } = JSON.parse(stdout) as Summary;
  expect(sent).toBe(96);
  // The last of 96 is due 0.95 s after the first, and is not sent before; the first may have been late itself.
  expect(seconds).toBeGreaterThanOrEqual(0.949 - lag.max / 1000);
  expect(seconds).toBeLessThan(0.95 + lag.max / 1000 + 1);
});

test('a run is watched from another process while it lasts', async () => {
  const { child, ended } = cli.start(
    ...[
      'run',
      '--dataset',
      'fleet',
      '--transport',
      'memory',
      '--pace',
      'replay:30',
      '--settle',
      '0',
      '--out',
      'watched',
    ],
    ...['--metrics', ':0'],
  );
  const url = await new Promise<string>((resolve) => {
    let said = '';
    child.stdout!.on('data', (chunk) => {
      said += chunk;
      const found = /top --metrics (http:\S+)/.exec(said);
      if (found) resolve(found[1]!);
    });
  });
  const [top, { code }] = await Promise.all([cli.run('top', '--metrics', url), ended]);
  expect([top.code, code]).toEqual([0, 0]);
  expect(top.stdout).toContain('Sending 96 updates');
  expect(top.stdout).toMatch(/The run has ended after \d+ of 96 updates/);
});

test('a generator that was late is no measurement: exit code 4', async () => {
  const { code, stdout } = await cli.run(
    ...['run', '--dataset', 'fleet', '--transport', 'memory', '--pace', 'replay:60', '--settle', '0'],
    ...['--out', 'late'],
    ...['--lag-limit', '1', '--json'],
  );
  const summary = JSON.parse(stdout) as Summary;
  expect([code, summary.saturated]).toEqual(isOwnDoing(summary, 1) ? [4, true] : [0, false]);
});

test('SIGINT: what was sent is accounted for, the report says interrupted, exit code 130', async () => {
  const { child, ended } = cli.start(
    'run',
    '--dataset',
    'fleet',
    '--pace',
    'replay:1',
    '--settle',
    '200',
    '--poll',
    '100',
    '--out',
    'cut',
  );
  let said = '';
  child.stdout!.on('data', (chunk) => {
    said += chunk;
    if (said.includes('Sending') && !child.killed) child.kill('SIGINT');
  });
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect(stdout).toContain('INTERRUPTED');
  const summary = JSON.parse(await readFile(cli.file('cut', 'summary.json'), 'utf8')) as Summary;
  expect(summary.interrupted).toBe(true);
  expect(summary.sent).toBeLessThan(96);
  expect(summary).toMatchObject({ lost: 0, unexplained: 0, unknown: 0 });
});

test('SIGKILL: the logs are valid up to their last full line, and the stand-in does not outlive it', async () => {
  const { child, ended } = cli.start('run', '--dataset', 'fleet', '--pace', 'replay:2', '--out', 'killed');
  await expect.poll(() => sentSoFar('killed'), { timeout: 25_000 }).toBeGreaterThan(0);
  const { target } = JSON.parse(await readFile(cli.file('killed', 'plan.json'), 'utf8')) as { target: Target };
  expect((await fetch(`${target.queryEndpoint}/getLocation?type=list&trackername=sim-iot-tracker0`)).status).toBe(200);
  child.kill('SIGKILL');
  await ended;
  const whole = (await readFile(cli.file('killed', 'sent-00.ndjson'), 'utf8')).split('\n').slice(0, -1);
  for (const line of whole) expect(JSON.parse(line)).toHaveProperty('seq');
  expect(whole.length).toBeGreaterThan(0);
  const answers = () =>
    fetch(`${target.queryEndpoint}/getLocation`).then(
      () => true,
      () => false,
    );
  await expect.poll(answers, { timeout: 10_000 }).toBe(false);
});

async function sentSoFar(out: string): Promise<number> {
  return (await readFile(cli.file(out, 'sent-00.ndjson'), 'utf8').catch(() => '')).split('\n').length - 1;
}

test('--dry-run says what would be done, and leaves nothing', async () => {
  const { stdout } = await cli.ask('run', '--dataset', 'fleet', '--dry-run', '--pace', 'replay:10', '--out', 'dry');
  expect(stdout).toContain('24 devices, 96 updates over iot, pace replay:10');
  expect(await readdir(cli.dir)).not.toContain('dry');
});
