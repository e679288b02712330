import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Summary } from '../../src/run/summary.ts';
import { type Batch, type FakeChild, type FakeJob, serveBatch } from '../support/batch.ts';
import { type Bucket, bucket } from '../support/bucket.ts';
import { type CloudFormation, serveStacks } from '../support/cloudformation.ts';
import { generatorOutputs } from '../support/generator-outputs.ts';
import { inTime, isLate, secondsOf } from '../support/in-time.ts';
import { type Ended, type Simctl, simctl } from '../support/simctl.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const PATIENCE = 600_000;
const SHARDS = 3;

let cli: Simctl;
let s3: Bucket;
let cloud: CloudFormation;
let batch: Batch;
let aws: string[];
/** Of one process that does little. */
let startSeconds: number;
beforeAll(async () => {
  [cli, s3, batch] = await Promise.all([simctl(), bucket('results-bucket', 100), serveBatch({ machine })]);
  cloud = await serveStacks({ simctl: { status: 'CREATE_COMPLETE', outputs: generatorOutputs('results-bucket') } });
  aws = [
    'env',
    'AWS_REGION=eu-west-1',
    'AWS_ACCESS_KEY_ID=local',
    'AWS_SECRET_ACCESS_KEY=local',
    `AWS_ENDPOINT_URL_S3=${s3.endpoint}`,
    `AWS_ENDPOINT_URL_CLOUDFORMATION=${cloud.endpoint}`,
    `AWS_ENDPOINT_URL_BATCH=${batch.endpoint}`,
    `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=${batch.endpoint}`,
  ];
  const size = ['--agents', '24', '--seconds', '120', '--every', '30', '--seed', '7'];
  startSeconds = await secondsOf(() => cli.run('generate', ...size, '--out', 'fleet'));
}, PATIENCE);
afterAll(async () => {
  await Promise.all([s3?.close(), cloud?.close(), batch?.close(), cli?.remove()]);
});

/** A machine is a process of the built program, with its command line and nothing of this machine's but the endpoints. */
async function machine(child: FakeChild, { container, size, id }: FakeJob, ended: AbortSignal): Promise<number> {
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: cli.file('machines', id, String(child.index)),
    SIMCTL_HOME: cli.file('machines', id, String(child.index)),
    ...(size === 1 ? {} : { AWS_BATCH_JOB_ARRAY_INDEX: String(child.index) }),
    ...Object.fromEntries(container.environment!.map(({ name, value }) => [name!, value!])),
    ...Object.fromEntries(aws.slice(1).map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string])),
  };
  const process_ = spawn(process.execPath, [bin, ...container.command!, '--workers=1', '--lag-limit=600000'], {
    cwd: cli.dir,
    env: { ...env, NODE_NO_WARNINGS: '1' },
  });
  for (const stream of [process_.stdout, process_.stderr])
    stream.on('data', (chunk) => child.log.push(...String(chunk).trimEnd().split('\n')));
  ended.addEventListener('abort', () => process_.kill('SIGTERM'));
  const [code] = (await once(process_, 'close')) as [number | null];
  return code ?? 137;
}

const LOAD = ['--transport', 'memory', '--pace', 'replay:60', '--settle', '0'];

test('a dataset goes to machines that have nothing of it, and comes back as one run', {
  timeout: PATIENCE,
}, async () => {
  const flags = ['--shards', String(SHARDS), '--dataset', 'fleet', ...LOAD, '--yes', '--json', '--out', 'whole'];
  const { code, stdout, stderr } = await inTime(async (moment) => {
    await rm(cli.file('whole'), { recursive: true, force: true });
    const startAt = ['--start-at', String(moment(2 * startSeconds))]; // its own start is one more
    return await cli.startBy(aws, 'launch', ...flags, '--threshold', 'sent == 96', ...startAt).ended;
  }, wasLate);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  const whole = JSON.parse(stdout) as Summary;
  expect(whole).toMatchObject({ devices: 24, sent: 96, acknowledged: 96, missing: [] });
  expect(whole.thresholds).toMatchObject([{ text: 'sent == 96', kept: true }]);
  expect(stderr).toContain('3 machines of 2 vCPU and 4 GB');
  expect(stderr).toMatch(/3 shards: 3 running/);
  // Nothing of it is left.
  expect([...s3.objects.keys()]).toEqual([]);
  expect(batch.definitions.size).toBe(0);
  const list = cli.startBy(aws, 'launch', 'list');
  expect((await list.ended).stderr).toContain('0 launches of the stack simctl');
  const again = JSON.parse((await cli.ask('analyse', 'whole', '--json')).stdout) as Summary;
  expect(again.sent).toBe(96);
});

test('an interruption ends the machines in good order, and what they had sent is the result', {
  timeout: PATIENCE,
}, async () => {
  const slow = ['--transport', 'memory', '--pace', 'replay:1', '--settle', '0'];
  const flags = ['--shards', String(SHARDS), '--dataset', 'fleet', ...slow, '--yes', '--json', '--out', 'part'];
  const { job, code, stdout, stderr } = await inTime(async (moment) => {
    await rm(cli.file('part'), { recursive: true, force: true });
    const before = batch.jobs.length;
    const startAt = ['--start-at', String(moment(2 * startSeconds))];
    const { child, ended } = cli.startBy(aws, 'launch', ...flags, ...startAt);
    const over = ended.then(() => undefined);
    const job = await Promise.race([first(() => batch.jobs[before]), over]);
    if (job === undefined) return { job: undefined, ...(await ended) };
    const told = (text: string) => job.children.every(({ log }) => log.some((line) => line.includes(text)));
    await Promise.race([first(() => told('Sending') || undefined), over]);
    await first(() => Date.now() >= startOf(job) + 1000 || undefined);
    child.kill('SIGINT');
    return { job, ...(await ended) };
  }, wasLate);
  expect([code, code === 130 ? '' : stderr]).toEqual([130, '']);
  expect(job?.terminated).toBe('interrupted by simctl launch');
  const part = JSON.parse(stdout) as Summary;
  expect(part).toMatchObject({ interrupted: true, missing: [] });
  expect(part.sent).toBeGreaterThan(0);
  expect(part.sent).toBeLessThan(96);
  expect([...s3.objects.keys()]).toEqual([]);
});

test('a launch says what it would be, and what it would cost, and makes nothing', { timeout: PATIENCE }, async () => {
  const before = batch.asked.length;
  const later = ['--start-in', '40s'];
  const { child, ended } = cli.startBy(
    aws,
    'launch',
    '--shards',
    '8',
    '--agents',
    '1000',
    ...LOAD,
    ...later,
    '--dry-run',
  );
  const { stdout } = await ended;
  expect(child.exitCode).toBe(0);
  expect(stdout).toMatch(/8 machines of 2 vCPU and 4 GB, about \d+ minutes each; USD:/);
  expect(stdout).toContain('0.04048 per vCPU-hours of Fargate');
  expect(batch.asked.length).toBe(before);
  const unasked = cli.startBy(aws, 'launch', '--shards', '8', '--agents', '1000', ...LOAD);
  expect((await unasked.ended).stderr).toContain('there is no terminal to ask at');
  expect([...s3.objects.keys()]).toEqual([]);
});

/** Too late is what the launch says where no machine was there, and what its machines say that had not connected. */
function wasLate({ stderr }: Ended): boolean {
  return isLate(stderr) || batch.jobs.at(-1)?.children.some(({ log }) => log.some(isLate)) === true;
}

function startOf({ container }: FakeJob): number {
  return Date.parse(container.command!.find((word) => word.startsWith('--start-at='))!.slice('--start-at='.length));
}

/** Looks until something is there: processes take as long as they take. */
async function first<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
