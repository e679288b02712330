/** A disk that is full, for each file that is written: which file, what to do, exit code 3, valid logs, and nothing that hangs. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedRun } from '../support/recorded-run.ts';
import { recordedShard } from '../support/recorded-shard.ts';
import { appears, type Ended, linesOf, program, type Simctl, simctl } from '../support/simctl.ts';

const preload = fileURLToPath(new URL('../support/full-disk.cjs', import.meta.url));
const noSuchDisk = !existsSync('/dev/full');

let cli: Simctl;
let device: string;
beforeAll(async () => {
  cli = await simctl();
  const size = ['--agents', '12', '--seconds', '120', '--every', '30', '--seed', '7'];
  expect((await cli.run('generate', ...size, '--out', 'fleet')).code).toBe(0);
  device = (await readFile(cli.file('fleet', 'devices.csv'), 'utf8')).split('\n')[1]!.split(',')[0]!;
}, 60_000);
afterAll(() => cli.remove());

/** Where files that match `full` are on a full disk. */
const start = (full: string, ...args: string[]) =>
  cli.startBy(['env', `NODE_OPTIONS=--require ${preload}`, `FULL_DISK=${full}`], ...args);

/** Names the file, says what to do, and is no stack. */
function expectSaid({ code, stderr }: Ended, file: string): void {
  expect([code, stderr]).toEqual([3, expect.stringMatching(/ENOSPC: no space left on device[\s\S]*\nFree some space/)]);
  expect(stderr).toContain(`cannot write ${file}`);
  expect(stderr).not.toContain('    at ');
}

const RUN = ['run', '--dataset', 'fleet', '--settle', '200', '--poll', '100', '--workers', '2'];
const [QUICK, LONG] = [
  ['--pace', 'replay:60'],
  ['--pace', 'replay:0.1'],
];
/** What a run writes by itself needs no stand-in. */
const ALONE = ['--transport', 'memory'];

describe.skipIf(noSuchDisk)('a run', () => {
  // What is written while it sends ends it at once, though its schedule has twenty minutes.
  test.each<[string, full: string, flags: string[]]>([
    ['sent-01.ndjson', '/sent-01', [...LONG, ...ALONE]],
    ['timeline.ndjson', '/timeline', LONG],
    ['received.ndjson', '/received', LONG],
    ['stand-in/ingest.ndjson', 'stand-in/ingest', LONG],
    ['history.ndjson', '/history', QUICK],
    ['ingest.ndjson', 'run-[a-z-]+/ingest', QUICK],
    ['fates.ndjson', '/fates', [...QUICK, '--drop', 'DEVICE@1']],
    ['latency.hlog', '/\\.latency', [...QUICK, ...ALONE]],
    ['summary.json', '/\\.summary', QUICK],
  ])(
    'that cannot write %s',
    async (name, full, flags) => {
      const out = `run-${name.replace(/\W/g, '-')}`;
      const named = flags.map((flag) => flag.replace('DEVICE', device));
      expectSaid(await start(full, ...RUN, ...named, '--out', out).ended, cli.file(out, name));

      const left = await readdir(cli.file(out));
      expect(left).not.toContain('summary.json');
      expect(left.filter((file) => file.startsWith('.'))).toEqual([]);
      const logs = left.filter((file) => file.endsWith('.ndjson'));
      const lines = await Promise.all(logs.map((file) => linesOf(cli.file(out, file)))); // each of them parses
      const sent = lines.filter((_, i) => logs[i]!.startsWith('sent-')).flat();
      await expectAnalysed(out, sent.length);
    },
    180_000,
  );

  /** Of what is there, the analyser says what it knows. */
  async function expectAnalysed(out: string, sent: number): Promise<void> {
    const { code, stdout, stderr } = await cli.ask('analyse', out, '--json');
    if (sent === 0) expect([code, stderr]).toEqual([2, expect.stringContaining('nothing was sent')]);
    else expect(JSON.parse(stdout)).toMatchObject({ sent });
  }

  test('that cannot write plan.json has not begun, and leaves nothing', async () => {
    expectSaid(await start('plan\\.json', ...RUN, '--out', 'unplanned').ended, cli.file('unplanned', 'plan.json'));
    expect(await readdir(cli.dir)).not.toContain('unplanned');
  });

  test('goes on without its events, and its report is there', async () => {
    const ended = await start('events', ...RUN, ...QUICK, '--events', 'events.ndjson', '--out', 'unheard').ended;
    expectSaid(ended, 'events.ndjson');
    expect(ended.stdout).toContain('events.ndjson: ENOSPC: no space left on device, write; the run goes on');
    expect(ended.stdout).toContain('EVERY UPDATE ARRIVED: 48 of 48');
    expect(await readdir(cli.file('unheard'))).toContain('summary.json');
  });

  test('goes on without the stand-in’s log, which it does not need', async () => {
    const { code, stdout } = await start('stand-in\\.log', ...RUN, ...QUICK, '--out', 'unlogged').ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('EVERY UPDATE ARRIVED: 48 of 48')]);
  });
});

test.skipIf(noSuchDisk)(
  'a stand-in that runs by itself ends, and so does a run against it',
  async () => {
    const local = start(
      'ingest',
      'local',
      '--dir',
      'by-itself',
      '--http-port',
      '0',
      '--mqtt-port',
      '0',
      '--ready-file',
      'ready.json',
    );
    await appears(cli.file('ready.json'));
    expect((await cli.run('provision', '--target', 'ready.json', '--dataset', 'fleet')).code).toBe(0);
    const { code, stderr } = await cli.run(...RUN, ...LONG, '--target', 'ready.json', '--out', 'deserted');
    expect([code, stderr]).toEqual([3, expect.stringContaining('has ended while the run went on')]);
    expectSaid(await local.ended, cli.file('by-itself', 'ingest.ndjson'));
  },
  180_000,
);

describe.skipIf(noSuchDisk)('what is whole or not at all', () => {
  const generate = ['generate', '--agents', '12', '--seconds', '120', '--every', '30'];
  test.each<[string, full: string, args: string[], said: string, place: string]>([
    ['fixes of a dataset', 'probes-[0-9]', [...generate, '--out', 'data'], 'the dataset DIR/data', 'data'],
    ['the devices of a dataset', 'devices\\.csv', [...generate, '--out', 'data'], 'the dataset DIR/data', 'data'],
    ['the manifest of a dataset', 'manifest', [...generate, '--out', 'data'], 'the dataset DIR/data', 'data'],
    ['probes', 'some\\.ndjson', [...generate, '--probes', 'some.ndjson'], 'some.ndjson', 'some.ndjson'],
    ['trips, compressed', 'some\\.gz', [...generate, '--trips', 'some.gz'], 'some.gz', 'some.gz'],
    ['a picture', 'some\\.svg', [...generate, '--picture', 'some.svg'], 'some.svg', 'some.svg'],
    ['the plan of a merged run', 'all/.plan', ['merge', 'a', 'b', '--out', 'all'], 'DIR/all/plan.json', 'all'],
    ['a log of a merged run', 'all/received', ['merge', 'a', 'b', '--out', 'all'], 'DIR/all', 'all'],
    ['the timeline of a merged run', 'all/timeline', ['merge', 'a', 'b', '--out', 'all'], 'DIR/all/timeline', 'all'],
    ['the summary of a merged run', 'all/.summary', ['merge', 'a', 'b', '--out', 'all'], 'DIR/all/summary.json', 'all'],
    ['the list of fates', 'some\\.fates', ['analyse', 'done', '--fates', 'some.fates'], 'some.fates', 'some.fates'],
    ['a report', 'some\\.html', ['report', 'done', '--out', 'some.html'], 'some.html', 'some.html'],
  ])('%s', async (_, full, args, said, place) => {
    if (!existsSync(cli.file('done'))) {
      recordedRun(cli.file('done'), { seconds: 20, lostSecond: 3 });
      for (const [index, name] of ['a', 'b'].entries())
        await recordedShard(cli.file(name), name, { index, of: 2, latencies: [1, 2, 3, 4, 5, 6] });
    }
    expectSaid(await start(full, ...args).ended, said.replace('DIR', cli.dir));
    const left = (await readdir(cli.dir)).filter((name) => name.includes(place.split('.')[0]!));
    expect(left).toEqual([]);
  });
});

test.skipIf(noSuchDisk)('a capacity search that cannot write what it found keeps its steps', async () => {
  const load = [
    '--transport',
    'memory',
    '--from',
    '10',
    '--to',
    '10',
    '--repeat',
    '1',
    '--step-time',
    '1s',
    '--warm-up',
    '0s',
  ];
  const ended = await start('capacity\\.json', 'capacity', ...load, '--agents', '5', '--settle', '0', '--out', 'search')
    .ended;
  expectSaid(ended, cli.file('search', 'capacity.json'));
  expect(await readdir(cli.file('search', '01-10-per-second'))).toContain('summary.json');
});

describe('a small disk, full in earnest', () => {
  const disk = () => cli.file('disk');
  async function mount(megabytes: number): Promise<boolean> {
    await mkdir(disk(), { recursive: true });
    return (await program('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk()])).code === 0;
  }
  const NO_DISK = 'a small disk takes root, and mount';

  test('generate leaves nothing, run keeps the lines it could write', async (context) => {
    if (!(await mount(1))) return context.skip(NO_DISK);
    try {
      const size = ['--agents', '400', '--seconds', '600', '--every', '10', '--out'];
      expectSaid(await cli.run('generate', ...size, 'disk/big'), `the dataset ${cli.file('disk', 'big')}`);
      expect(await readdir(disk())).toEqual([]);

      await cli.run('generate', ...size, 'big');
      const flags = ['--dataset', 'big', '--every', '10', '--transport', 'memory', '--pace', 'max'];
      expectSaid(await cli.run('run', ...flags, '--out', 'disk/run'), cli.file('disk', 'run', 'sent-00.ndjson'));
      const whole = (await readFile(cli.file('disk', 'run', 'sent-00.ndjson'), 'utf8')).split('\n').slice(0, -1);
      expect(whole.length).toBeGreaterThan(0);
      for (const line of whole) expect(JSON.parse(line)).toHaveProperty('seq');
    } finally {
      await program('umount', [disk()]);
    }
  });

  test('through the backend: whichever log is first to find no room ends the run, and all are valid up to their last line', async (context) => {
    if (!(await mount(1))) return context.skip(NO_DISK);
    try {
      await writeFile(cli.file('disk', 'of-others'), Buffer.alloc(910_000)); // some seconds of a run are left
      const fleet = ['--agents', '400', '--seconds', '1200', '--every', '30', '--seed', '7', '--ingest', 'stream'];
      const flags = ['--transport', 'tracker', '--pace', 'rate:40/s', '--settle', '200', '--poll', '100'];
      const ended = await cli.run('run', ...fleet, '--generate', ...flags, '--out', 'disk/run');
      expectSaid(ended, cli.file('disk', 'run'));
      const logs = (await readdir(cli.file('disk', 'run'))).filter((name) => name.endsWith('.ndjson'));
      expect(logs).toContain('sent-00.ndjson');
      for (const log of logs) {
        const lines = (await readFile(cli.file('disk', 'run', log), 'utf8')).split('\n').slice(0, -1);
        for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
      }
    } finally {
      await program('umount', [disk()]);
    }
  }, 120_000);
});
