import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { launch } from '../../src/launch/launch.ts';
import { chosen, isLeft, leftLaunches, removeLaunch } from '../../src/launch/left.ts';
import { type LaunchPlan, type LaunchRequest, planLaunch } from '../../src/launch/plan.ts';
import type { RunOptions } from '../../src/run/options.ts';
import { optionsOf } from '../../src/run/options-of.ts';
import { RUN_SETTINGS } from '../../src/run/settings.ts';
import { defaultsOf } from '../../src/setting.ts';
import { type Batch, type BatchOptions, type FakeChild, type FakeJob, serveBatch } from '../support/batch.ts';
import { type Bucket, bucket } from '../support/bucket.ts';
import { type CloudFormation, serveStacks } from '../support/cloudformation.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { generatorOutputs } from '../support/generator-outputs.ts';
import { recordedShard } from '../support/recorded-shard.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const SHARDS = 3;
/** Each shard sends as much; recordedShard's fleet has 12 updates. */
const PER_SHARD = [1, 2, 3, 4];

let dir: string;
let s3: Bucket;
let cloud: CloudFormation;
let batch: Batch;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-launch-'));
  s3 = await bucket('results-bucket');
  cloud = await serveStacks({
    simctl: { status: 'CREATE_COMPLETE', outputs: generatorOutputs('results-bucket') },
    bare: { status: 'CREATE_COMPLETE', outputs: generatorOutputs(undefined) },
  });
  vi.stubEnv('SIMCTL_HOME', dir);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', cloud.endpoint);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await Promise.all([s3.close(), cloud.close(), batch?.close()]);
  await rm(dir, { recursive: true, force: true });
});

async function withBatch(options: BatchOptions = {}): Promise<void> {
  batch = await serveBatch(options);
  vi.stubEnv('AWS_ENDPOINT_URL_BATCH', batch.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', batch.endpoint);
}

const RUN: RunOptions = optionsOf(
  { ...defaultsOf(RUN_SETTINGS), agents: 6, seconds: 60, transport: 'memory', pace: 'replay:1', workers: 1 },
  {},
);

const REQUEST: LaunchRequest = {
  run: RUN,
  args: ['--transport=memory', '--agents=6'],
  stack: 'simctl',
  shards: SHARDS,
  machine: { vcpus: 2, gigabytes: 4 },
  image: undefined,
  startAt: NOW + 60_000,
};

const planned = (more: Partial<LaunchRequest> = {}): Promise<LaunchPlan> =>
  planLaunch({ ...REQUEST, ...more }, NOW, new AbortController().signal);

/** Leaves what a shard does, below the place that its command line names. */
async function leaveResults({ index }: FakeChild, { container, size }: FakeJob, summary: object = {}): Promise<void> {
  const out = container.command!.find((word) => word.startsWith('--out='))!.slice('--out=s3://results-bucket/'.length);
  const name = `shard-${index}-of-${size}`;
  const here = join(dir, 'machines', name);
  await recordedShard(here, name, {
    index,
    of: size,
    latencies: PER_SHARD,
    plan: { devices: 1, updates: 4, fleet: { devices: size, updates: 4 * size } },
    options: { thresholds: ['sent == 12'] },
    summary,
  });
  for (const file of await readdir(here)) s3.objects.set(`${out}/${name}/${file}`, await readFile(join(here, file)));
}

interface Outcome {
  readonly said: string[];
  readonly result: Awaited<ReturnType<typeof launch>> | Error;
}

/** Time moves as fast as the job is asked after; signals come when `signal` says so. */
async function launched(
  plan: LaunchPlan,
  { keep = false, signals = {} }: { keep?: boolean; signals?: { stop?: AbortSignal; abort?: AbortSignal } } = {},
): Promise<Outcome> {
  const said: string[] = [];
  const clock = fakeClock(NOW);
  const never = new AbortController().signal;
  const context = {
    clock,
    ending: { stop: never, abort: never, ...signals },
    note: (text: string) => void said.push(text),
    onProgress: () => {},
    out: join(dir, 'whole'),
    keep,
  };
  let over = false;
  const result = launch(plan, context)
    .catch((error: Error) => error)
    .finally(() => {
      over = true;
    });
  while (!over) {
    await clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { said, result: await result };
}

describe('a launch', () => {
  it('submits an array, follows it, adds up its shards, and leaves nothing but the whole', async () => {
    await withBatch({
      async machine(child, job) {
        await leaveResults(child, job);
        return 0;
      },
    });
    const { said, result } = await launched(await planned());
    expect(result).toMatchObject({ missing: [], summary: { sent: 12, acknowledged: 12, interrupted: false } });
    expect((result as { summary: { thresholds: { kept: boolean }[] } }).summary.thresholds).toMatchObject([
      { kept: true },
    ]);
    expect(await readdir(join(dir, 'whole'))).toContain('summary.json');
    expect(said.some((line) => /^Launch \S+: job job-1, to begin at 2026-03-01T12:01:00/.test(line))).toBe(true);
    expect(said).toContain('3 shards: 3 succeeded');
    expect([...s3.objects.keys()]).toEqual([]);
    expect(batch.definitions.size).toBe(0);
  });

  it('tells each shard the same: what was said, the number, the moment, and where results go', async () => {
    let seen: FakeJob | undefined;
    await withBatch({
      async machine(child, job) {
        seen = job;
        expect([...s3.objects.keys()].filter((key) => key.endsWith('launch.json'))).toHaveLength(1);
        await leaveResults(child, job);
        return 0;
      },
    });
    const plan = await planned();
    await launched(plan);
    expect(seen!.container.command).toEqual([
      'run',
      '--transport=memory',
      '--agents=6',
      '--target=local',
      '--shards=3',
      '--start-at=2026-03-01T12:01:00.000Z',
      `--out=s3://results-bucket/launches/${plan.id}/results`,
    ]);
    expect(seen!.name).toBe(`simctl-launch-${plan.id}`);
    expect(seen!.container).toMatchObject({
      jobRoleArn: 'job-role',
      executionRoleArn: 'execution-role',
      networkConfiguration: { assignPublicIp: 'ENABLED' },
      logConfiguration: { options: { 'awslogs-group': 'log-group' } },
    });
    expect(seen!.container.image).toMatch(/^repository:\d+\.\d+\.\d+$/);
  });

  it('is a job without an array where there is one shard, which knows it', async () => {
    await withBatch({
      async machine(child, job) {
        expect(job.size).toBe(1);
        expect(job.container.command).toContain('--shard=0/1');
        await leaveResults(child, job);
        return 0;
      },
    });
    const { result } = await launched(await planned({ shards: 1 }));
    expect(result).toMatchObject({ missing: [], summary: { sent: 4 } });
  });

  it('writes down no password of a broker', async () => {
    let record = '';
    await withBatch({
      async machine(child, job) {
        record = [...s3.objects].find(([key]) => key.endsWith('launch.json'))![1].toString();
        await leaveResults(child, job);
        return 0;
      },
    });
    await launched(await planned({ args: ['--transport=mqtt', '--broker=mqtt://fleet:s3cret@broker:1883'] }));
    expect(JSON.parse(record).command).toContain('--broker=mqtt://fleet@broker:1883');
    expect(record).not.toContain('s3cret');
  });

  it('keeps the shards’ own results where it is told to', async () => {
    await withBatch({ machine: async (child, job) => leaveResults(child, job).then(() => 0) });
    const plan = await planned();
    await launched(plan, { keep: true });
    const kept = [...s3.objects.keys()];
    expect(kept).toContain(`launches/${plan.id}/results/shard-2-of-3/summary.json`);
    expect(kept.every((key) => key.startsWith('launches/'))).toBe(true);
  });
});

describe('what goes wrong with a launch', () => {
  it('a shard that fails: why, the end of its log, and the rest as a part', async () => {
    await withBatch({
      async machine(child, job) {
        if (child.index === 1) {
          child.log.push('Error: --start-at was 3.2 s ago; nothing was sent');
          return 3;
        }
        await leaveResults(child, job);
        return 0;
      },
    });
    const { said, result } = await launched(await planned());
    expect(said.join('\n')).toContain(
      'shard 1 failed with exit code 3: Task failed\n  | Error: --start-at was 3.2 s ago; nothing was sent',
    );
    expect(result).toMatchObject({ missing: [1], summary: { sent: 8, missing: [1] } });
    expect([...s3.objects.keys()]).toEqual([]);
  });

  it('results of a shard that are not there, though it succeeded: refused, and the others stay in the bucket', async () => {
    await withBatch({
      async machine(child, job) {
        if (child.index !== 2) await leaveResults(child, job);
        return 0;
      },
    });
    const { said, result } = await launched(await planned());
    expect(result).toMatchObject({ message: expect.stringContaining('one is missing: 2') });
    expect(said.join('\n')).toContain('What the shards left stays in s3://results-bucket/launches/');
    expect([...s3.objects.keys()].some((key) => key.endsWith('shard-0-of-3/summary.json'))).toBe(true);
    expect(batch.definitions.size).toBe(0);
  });

  it('a start that passed while somebody was asked: nothing is made', async () => {
    await withBatch();
    const plan = await planned();
    const late = { ...plan, request: { ...plan.request, startAt: NOW - 1000 } };
    const { result } = await launched(late);
    expect(result).toMatchObject({ name: 'SetupError', message: expect.stringContaining('was 1.0 s ago') });
    expect([batch.jobs, [...s3.objects.keys()]]).toEqual([[], []]);
  });

  it('a submission that is refused: nothing is left', async () => {
    await withBatch();
    batch.fail('SubmitJob', { status: 400, name: 'ClientException', times: 9 });
    const { result } = await launched(await planned());
    expect(result).toMatchObject({
      name: 'SetupError',
      message: 'cannot submit a job to AWS Batch: ClientException, it says',
      hint: expect.stringContaining('batch:SubmitJob'),
    });
    expect([...s3.objects.keys()]).toEqual([]);
    expect(batch.definitions.size).toBe(0);
  });

  it('throttling: it asks again', async () => {
    // How long the SDK waits in between is a random part of its back-off.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    await withBatch({ machine: async (child, job) => leaveResults(child, job).then(() => 0) });
    for (const name of ['RegisterJobDefinition', 'SubmitJob', 'DescribeJobs'])
      batch.fail(name, { status: 429, name: 'TooManyRequestsException', times: 2 });
    const { result } = await launched(await planned());
    expect(result).toMatchObject({ missing: [] });
    expect(batch.asked.filter((name) => name === 'SubmitJob')).toHaveLength(3);
  });

  it('no machines by the start: the job is ended, and what to do is said', async () => {
    await withBatch({ without: [0, 1, 2], machine: async () => 0 });
    const { result } = await launched(await planned());
    expect(result).toMatchObject({ name: 'SetupError', hint: expect.stringContaining('--start-in') });
    expect(batch.jobs[0]!.terminated).toBe('not there at the start');
    expect([...s3.objects.keys()]).toEqual([]);
    expect(batch.definitions.size).toBe(0);
  });

  it('some machines too late: what the others sent is kept, as a part', async () => {
    await withBatch({ without: [2], machine: async (child, job) => leaveResults(child, job).then(() => 0) });
    const { result } = await launched(await planned());
    expect(result).toMatchObject({ missing: [2], terminated: 'nobody came', summary: { sent: 8 } });
  });

  it('an interruption: the job is terminated, and what its shards could still leave is added up', async () => {
    const stop = new AbortController();
    await withBatch({
      async machine(child, job, ended) {
        if (child.index === 2) setImmediate(() => stop.abort());
        await new Promise<void>((resolve) => ended.addEventListener('abort', () => resolve()));
        // Thirty seconds were enough for two of them.
        if (child.index < 2) await leaveResults(child, job, { interrupted: true });
        return child.index < 2 ? 130 : 137;
      },
    });
    const { said, result } = await launched(await planned(), { signals: { stop: stop.signal } });
    expect(batch.jobs[0]!.terminated).toBe('interrupted by simctl launch');
    expect(result).toMatchObject({ terminated: 'interrupted', missing: [2], summary: { interrupted: true, sent: 8 } });
    expect(said.join('\n')).toContain('each shard that runs has 30 s');
    expect([...s3.objects.keys()]).toEqual([]);
  });

  it('a second signal: it lets go, and says how to take up and to remove what goes on', async () => {
    const [stop, abort] = [new AbortController(), new AbortController()];
    await withBatch({
      machine: () => {
        setImmediate(() => {
          stop.abort();
          abort.abort();
        });
        return new Promise(() => {});
      },
    });
    const plan = await planned();
    const { result } = await launched(plan, { signals: { stop: stop.signal, abort: abort.signal } });
    expect(result).toMatchObject({
      name: 'RunError',
      hint: expect.stringContaining(`simctl launch remove ${plan.id} --stack simctl`),
    });
    // The results of a job that may go on are not taken from under it.
    expect([...s3.objects.keys()]).toContain(`launches/${plan.id}/launch.json`);

    const stack = { name: 'simctl', region: 'eu-west-1' };
    const [left] = await leftLaunches(stack);
    expect(left).toMatchObject({ id: plan.id, runningJob: 'job-1', results: true });
    await removeLaunch(stack, left!);
    expect(batch.jobs[0]!.terminated).toBe('removed by simctl launch remove');
    expect([...s3.objects.keys()]).toEqual([]);
    expect((await leftLaunches(stack)).map(({ definitions, results }) => [definitions, results])).toEqual([
      [[], false],
    ]);
  });
});

describe('what is refused before anything is made', () => {
  it('what is wrong here is said first, without an account', async () => {
    vi.stubEnv('AWS_REGION', '');
    vi.stubEnv('AWS_DEFAULT_REGION', '');
    const dataset = join(dir, 'nowhere');
    await expect(planned({ run: { ...RUN, dataset } })).rejects.toThrow('nowhere is no dataset');
    await expect(planned()).rejects.toThrow('a launch needs a region');
  });

  it.each<[string, Partial<LaunchRequest>, RegExp]>([
    ['a stack without machines', { stack: 'bare' }, /the stack bare has no machines to launch on/],
    ['a machine that Fargate has not', { machine: { vcpus: 3, gigabytes: 8 } }, /1, 2, 4, 8, 16 vCPUs/],
    ['memory that it has not', { machine: { vcpus: 8, gigabytes: 18 } }, /16 to 60 GB, in steps of 4/],
    [
      'more than may be at once',
      { shards: 40, run: { ...RUN, generate: { ...RUN.generate, agents: 99 } } },
      /80 vCPUs, and the stack lets 64/,
    ],
    ['more shards than devices', { shards: 7 }, /7 shards of 6 devices/],
    [
      'devices that sign with keys which the machines have not',
      { run: { ...RUN, transport: 'iot', client: 'mqttjs', auth: 'sigv4' } },
      /--auth sigv4 .* may not publish as a device/,
    ],
    ['a moment that has passed', { startAt: NOW - 1 }, /nothing was sent/],
    [
      'a map of this machine',
      { run: { ...RUN, generate: { ...RUN.generate, map: './x.osm.pbf' } } },
      /--map .\/x.osm.pbf is a file of this machine/,
    ],
    ['no pace', { run: { ...RUN, pace: 'slow' } }, /pace/],
    ['no threshold', { run: { ...RUN, thresholds: ['fast'] } }, /threshold/],
  ])('%s', async (_, more, message) => {
    await withBatch();
    await expect(planned(more)).rejects.toThrow(message);
    expect(batch.asked).toEqual([]);
    expect([...s3.objects.keys()]).toEqual([]);
  });
});

describe('what launches have left', () => {
  it('is found by the launch’s id in queue, definitions and bucket, and no other project’s is', async () => {
    await withBatch();
    s3.objects.set('launches/20260301T120000Z-0001/results/shard-0-of-2/plan.json', Buffer.from('{}'));
    s3.objects.set('fleets/20260301T120000Z-0002/dataset/manifest.json', Buffer.from('{}'));
    s3.objects.set('launches/notes/a.txt', Buffer.from(''));
    for (const name of ['simctl-launch-20260301T120000Z-0003', 'another', 'simctl-2-launch-20260301T120000Z-0004'])
      batch.definitions.set(`arn:${name}:1`, { name, container: {}, body: {} });
    const left = await leftLaunches({ name: 'simctl', region: 'eu-west-1' });
    expect(left.filter(isLeft)).toEqual([
      { id: '20260301T120000Z-0001', definitions: [], results: true, fleet: false },
      { id: '20260301T120000Z-0002', definitions: [], results: false, fleet: true },
      {
        id: '20260301T120000Z-0003',
        definitions: ['arn:simctl-launch-20260301T120000Z-0003:1'],
        results: false,
        fleet: false,
      },
    ]);
    expect(() => chosen(left, ['20260301T120000Z-0009'])).toThrow(/there is no launch/);
    for (const one of left) await removeLaunch({ name: 'simctl', region: 'eu-west-1' }, one);
    expect([...s3.objects.keys()]).toEqual(['launches/notes/a.txt']);
    expect([...batch.definitions.keys()]).toEqual(['arn:another:1', 'arn:simctl-2-launch-20260301T120000Z-0004:1']);
  });
});
