import { readdir, readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary.ts';
import { bucket } from '../support/bucket.ts';
import { inTime, secondsOf, someLate } from '../support/in-time.ts';
import { type Machines, machines } from '../support/machines.ts';
import { linesOf, type Simctl, simctl } from '../support/simctl.ts';

const SHARDS = 4;
const PATIENCE = 600_000;

let cli: Simctl;
let four: Machines;
/** Of one process that does little. */
let startSeconds: number;
let local: Awaited<ReturnType<Simctl['local']>> | undefined;
beforeAll(async () => {
  [cli, four] = await Promise.all([simctl(), machines(SHARDS)]);
  const size = ['--agents', '24', '--seconds', '120', '--every', '30', '--seed', '7'];
  startSeconds = await secondsOf(() => cli.run('generate', ...size, '--out', 'fleet'));
}, PATIENCE);
afterAll(async () => {
  await local?.stop();
  await four?.remove();
  await cli?.remove();
});

const LOAD = ['--dataset', 'fleet', '--pace', 'replay:60', '--settle', '1000', '--poll', '200', '--workers', '1'];
const PROMISES = ['--threshold', 'lost == 0', '--threshold', 'sent == 96', '--threshold', 'failed == 0 in every 1s'];

test('four shards, each on a machine of its own, are one run: the fleet once, the counts of one process, one verdict', {
  timeout: PATIENCE,
}, async () => {
  if (four.plain !== undefined) console.log(`plain processes, as namespaces are not to be had: ${four.plain}`);
  const { ended, startAt } = await inTime(
    async (moment, n) => {
      await rm(cli.file('results'), { recursive: true, force: true });
      const standIn = await cli.local('--host', four.host, '--dir', cli.file(`stand-in-${n}`));
      local = standIn;
      const { readyFile } = standIn;
      const seconds = await secondsOf(() => cli.run('provision', '--target', readyFile, '--dataset', 'fleet'));
      const startAt = moment(seconds);
      const flags = [...PROMISES, '--target', readyFile, '--json', '--out', 'results', '--start-at', String(startAt)];
      const ended = await Promise.all(
        four.commands.map(
          (command, index) => cli.startBy(command, 'run', ...LOAD, ...flags, '--shard', `${index}/${SHARDS}`).ended,
        ),
      );
      await standIn.stop();
      local = undefined;
      return { ended, startAt };
    },
    ({ ended }) => someLate(ended),
  );
  expect(ended.map(({ code, stderr }) => (code === 0 ? '' : stderr))).toEqual(['', '', '', '']);
  const shards = ended.map(({ stdout }) => JSON.parse(stdout) as Summary);
  const one = JSON.parse((await cli.run('run', ...LOAD, '--json', '--out', 'one')).stdout) as Summary;

  const merged = await cli.run('merge', 'results', '--out', 'whole', '--json');
  expect([merged.code, merged.stderr]).toEqual([0, '']);
  const whole = JSON.parse(merged.stdout) as Summary;
  for (const name of ['devices', 'planned', 'sent', 'acknowledged', 'failed', 'lost', 'unexplained'] as const) {
    expect([name, whole[name]]).toEqual([name, one[name]]);
  }
  expect(whole.sent).toBe(96);
  for (const name of ['response', 'service', 'late', 'lag', 'publishToStore'] as const) {
    expect(whole[name].count).toBe(one[name].count);
  }
  expect(whole.seen + whole.superseded).toBe(96);
  expect(whole.thresholds.map(({ kept }) => kept)).toEqual([true, true, true]);
  expect(shards.every(({ thresholds }) => thresholds.length === 0)).toBe(true);

  // The fleet exactly once, and the same sample times as one process: but for one shift.
  const sent = await sentOf('whole');
  const alone = await sentOf('one');
  expect(sent.map(({ id, seq }) => `${id} ${seq}`)).toEqual(alone.map(({ id, seq }) => `${id} ${seq}`));
  expect(new Set(sent.map((line, i) => line.sampleTime - alone[i]!.sampleTime)).size).toBe(1);
  expect(sent.every(({ dueAt }) => dueAt >= startAt * 1000)).toBe(true);
  // What a shard saw, read back and was answered is of its own devices.
  for (const log of ['received', 'history', 'ingest']) {
    for (const dir of await readdir(cli.file('results'))) {
      const own = new Set((await sentOf(`results/${dir}`)).map(({ id }) => id));
      const ids = (await linesOf(cli.file('results', dir, `${log}.ndjson`))).map((line) => line.id ?? line.swept);
      expect(ids.length).toBeGreaterThan(0);
      expect(ids.filter((id) => !own.has(id as string))).toEqual([]);
    }
  }

  // The whole is read again from its logs, to the same end.
  const again = JSON.parse((await cli.ask('analyse', 'whole', '--json')).stdout);
  for (const name of ['sent', 'seen', 'superseded', 'lost', 'unexplained'] as const) {
    expect([name, again[name]]).toEqual([name, whole[name]]);
  }
  const slices = await linesOf(cli.file('whole', 'timeline.ndjson'));
  expect(slices.reduce((sum, slice) => sum + (slice.sent as number), 0)).toBe(96);
  const text = (await cli.ask('merge', 'results', '--out', 'text')).stdout;
  expect(text).toContain('EVERY UPDATE ARRIVED: 96 of 96 accounted for.');
  expect(text).toMatch(/^clock: .*publish→store/m);

  // Not all, twice, or one process's: refused, with the names.
  const refused = async (...dirs: string[]) => (await cli.ask('merge', ...dirs, '--out', 'no')).stderr;
  expect(await refused('results/shard-0-of-4', 'results/shard-3-of-4')).toContain('2 are missing: 1, 2');
  expect(await refused('results', 'results/shard-2-of-4')).toContain('are both shard 2');
  expect(await refused('one')).toContain('one is no shard');
  const part = await cli.ask('merge', 'results/shard-1-of-4', '--partial', '--out', 'part');
  expect(part.stdout).toContain('PARTIAL: shards are missing: 0, 2, 3 of 4');
  expect(await readdir(cli.dir)).not.toContain('no');
});

async function sentOf(dir: string): Promise<{ id: string; seq: number; sampleTime: number; dueAt: number }[]> {
  const names = (await readdir(cli.file(dir))).filter((name) => name.startsWith('sent-'));
  const lines = await Promise.all(names.map((name) => linesOf(cli.file(dir, name))));
  const sent = lines.flat() as unknown as Awaited<ReturnType<typeof sentOf>>;
  return sent.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.seq - b.seq));
}

test.each<[string, string[], string]>([
  ['a moment that has passed', ['--shard', '0/2', '--start-at', '1'], 's ago; nothing was sent'],
  ['no moment', ['--shard', '0/2'], 'say --start-at'],
  ['no index', ['--shards', '2', '--start-at', '99999999999'], 'None of AWS_BATCH_JOB_ARRAY_INDEX'],
  ['more shards than devices', ['--shard', '0/25', '--start-at', '99999999999'], '25 shards of 24 devices'],
])('%s: one error, and nothing is left', async (_, flags, text) => {
  const args = ['run', '--dataset', 'fleet', '--transport', 'memory', '--out', 'bad', ...flags];
  const { code, stderr } = await cli.ask(...args);
  expect(stderr).toContain(text);
  expect(code).toBeGreaterThanOrEqual(2);
  expect(code).toBeLessThanOrEqual(3);
});

test('a stand-in of one process alone is no backend of many', async () => {
  const { code, stderr } = await cli.ask('run', '--dataset', 'fleet', '--shard', '0/2', '--start-at', '99999999999');
  expect([code, stderr]).toEqual([2, expect.stringContaining('all shards go to one backend')]);
});

test('which shard it is, is said by the environment of an array job', async () => {
  const { child, ended } = cli.startBy(
    ['env', 'JOB_COMPLETION_INDEX=1'],
    ...['run', '--dataset', 'fleet', '--transport', 'memory', '--shards', '2', '--shift', '0', '--dry-run'],
  );
  const { stdout } = await ended;
  expect(child.exitCode).toBe(0);
  expect(stdout).toContain('shard 1 of 2, counted from 0 (by JOB_COMPLETION_INDEX), of a fleet of 24 devices');
  expect(await readFile(cli.file('fleet', 'manifest.json'), 'utf8')).toContain('"devices": 24');
});

test('machines that are gone afterwards leave their shards in a bucket, and a merge finds them there', {
  timeout: PATIENCE,
}, async () => {
  const s3 = await bucket();
  try {
    const aws = ['AWS_ACCESS_KEY_ID=local', 'AWS_SECRET_ACCESS_KEY=local', 'AWS_REGION=eu-west-1'];
    const by = (...more: string[]) => ['env', `AWS_ENDPOINT_URL_S3=${s3.endpoint}`, ...aws, ...more];
    const load = ['--dataset', 'fleet', '--transport', 'memory', '--pace', 'max', '--settle', '0', '--workers', '1'];
    const outs = ['--out', 's3://my-bucket/runs/1', '--out', 'bucket-copy'];
    const ended = await inTime(async (moment) => {
      s3.objects.clear();
      s3.puts.length = 0;
      await rm(cli.file('bucket-copy'), { recursive: true, force: true });
      const startAt = String(moment(startSeconds));
      const shards = ['0', '1'].map(
        (index) =>
          cli.startBy(
            by(`AWS_BATCH_JOB_ARRAY_INDEX=${index}`),
            ...['run', ...load, ...outs, '--shards', '2', '--start-at', startAt],
          ).ended,
      );
      return await Promise.all(shards);
    }, someLate);
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(s3.puts.filter((key) => key.endsWith('summary.json')).sort()).toEqual([
      'runs/1/shard-0-of-2/summary.json',
      'runs/1/shard-1-of-2/summary.json',
    ]);
    const merged = await cli.startBy(by(), 'merge', 's3://my-bucket/runs/1', '--out', 'fetched', '--json').ended;
    expect([merged.code, merged.stderr]).toEqual([0, '']);
    expect(JSON.parse(merged.stdout)).toMatchObject({ devices: 24, sent: 96, acknowledged: 96, missing: [] });
    expect((JSON.parse(merged.stdout) as Summary).shards!.map(({ dir }) => dir)).toEqual([
      's3://my-bucket/runs/1/shard-0-of-2',
      's3://my-bucket/runs/1/shard-1-of-2',
    ]);
    expect((await readdir(cli.dir)).filter((name) => name.startsWith('.simctl-merge'))).toEqual([]);

    s3.refuse();
    const later = String(Math.ceil(Date.now() / 1000) + 3600);
    const refused = cli.startBy(by(), 'run', ...load, '--shard', '0/2', '--start-at', later, ...outs.slice(0, 2));
    const { code, stderr } = await refused.ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining('cannot write to s3://my-bucket/runs/1/shard-0-of-2')]);
  } finally {
    await s3.close();
  }
});
