import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeLine } from '../../src/dataset.ts';
import { type Simctl, simctl } from '../support/simctl.ts';

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl();
  const { code } = await cli.run('generate', '--agents', '24', '--seconds', '120', '--seed', '7', '--out', 'fleet');
  expect(code).toBe(0);
}, 60_000);
afterAll(() => cli.remove());

/** A process of its own for some of them, which ends; the others are asked of one process, which takes no time to start. */
const ended = (isOwn: boolean, args: string[]) => (isOwn ? cli.run(...args) : cli.ask(...args));

describe('bad input ends with one error, a remedy and the right exit code', () => {
  const lines = (n: number) =>
    Array.from({ length: n }, (_, i) =>
      probeLine('BAD-0001', 1_700_000_000_000 + i * 1000, 'traveling', 11 + i / 1000, 57),
    ).join('');
  beforeAll(async () => {
    await writeFile(cli.file('malformed.ndjson'), `${lines(3)}{"type":"Feature"\n`);
    await writeFile(cli.file('cut.ndjson.gz'), gzipSync(lines(5000)).subarray(0, 9000));
    await writeFile(cli.file('columns.csv'), 'a,b,c\n1,2,3\n');
    await writeFile(cli.file('long.csv'), `id,time,lon,lat\nL-0001,2026-01-01,11,57\nL-0001,2026-02-15,11,57\n`);
    await writeFile(cli.file('no-target.json'), '{}');
    await mkdir(cli.file('full'));
    await writeFile(cli.file('full', 'precious'), '');
  });

  test.each<[string, string[], number, string]>([
    ['a malformed line', ['--probes', 'malformed.ndjson'], 2, 'malformed.ndjson:4'],
    ['a truncated gzip', ['--probes', 'cut.ndjson.gz'], 2, 'no whole gzip file'],
    ['an unknown column', ['--probes', 'columns.csv'], 2, 'there is no column "id"'],
    ['a dataset of more than 30 days', ['--probes', 'long.csv'], 2, '45.0 days'],
    ['no such file', ['--probes', 'absent.ndjson'], 2, 'there is no file absent.ndjson'],
    ['no dataset', ['--dataset', 'nowhere'], 2, 'nowhere is no dataset'],
    ['a pace that is none', ['--pace', 'quick'], 2, '--pace is replay'],
    ['no agents', ['--agents', '0'], 2, '--agents'],
    [
      'agents that are no number',
      ['--agents', 'many'],
      2,
      'Error: --agents: expected a whole number of at least 1; got "many"',
    ],
    ['a flag that is none', ['--nosuch'], 2, 'Nonexistent flag: --nosuch\nSee "simctl run --help".'],
    ['a map that is none', ['--map', 'no-such-map'], 2, 'there is no map "no-such-map"'],
    ['a broker that is none', ['--transport', 'mqtt', '--broker', 'somewhere'], 2, 'the --broker given is no URL'],
    ['a drop that names no update', ['--drop', 'x'], 2, '--drop is <device id>@<seq>'],
    ['metrics on no address', ['--metrics', 'nine'], 2, '--metrics is HOST:PORT'],
    ['a threshold that is none', ['--threshold', 'response < 1'], 2, '--threshold "response < 1"'],
    [
      'a drop of a device that is not there',
      ['--dataset', 'fleet', '--drop', 'NOSUCH@1'],
      2,
      'there is no device NOSUCH',
    ],
    ['a topic that the stand-in does not know', ['--topic', 'other'], 2, '--topic other'],
    ['a target that is none', ['--target', 'no-target.json'], 2, 'no-target.json is no target file'],
    ['a target that is absent', ['--target', 'absent.json'], 3, 'there is no target file'],
    [
      'a broker that is not there',
      ['--dataset', 'fleet', '--transport', 'mqtt', '--broker', 'mqtt://127.0.0.1:1'],
      3,
      'no device could connect',
    ],
    ['a directory that is in use', ['--dataset', 'fleet', '--out', 'full'], 2, 'is not empty'],
  ])('%s', async (name, args, code, text) => {
    const out = args.includes('--out') ? [] : ['--out', 'bad'];
    const isOwn = ['a malformed line', 'a flag that is none', 'a broker that is not there'].includes(name);
    const told = await ended(isOwn, ['run', ...args, ...out]);
    expect(told.stderr).toContain(text);
    expect(told.stderr).not.toContain('    at '); // a remedy, not a stack
    expect(told.code).toBe(code);
    expect(await readdir(cli.dir)).not.toContain('bad'); // nothing half-written
  });
});

describe('what is no such file or directory is said by every command', () => {
  beforeAll(async () => {
    await writeFile(cli.file('file'), 'x\n');
    await writeFile(cli.file('empty'), '');
    await mkdir(cli.file('directory'));
    const run = ['run', '--dataset', 'fleet', '--transport', 'memory', '--pace', 'max', '--out', 'recorded'];
    expect((await cli.run(...run)).code).toBe(0);
  }, 60_000);
  const local = ['local', '--http-port', '0', '--mqtt-port', '0'];

  test.each<[string[], number, string]>([
    [['merge', 'absent', '--out', 'whole'], 2, 'there is no directory absent\nName the directories'],
    [['merge', 'file', '--out', 'whole'], 2, 'file is a file, and the directory of a shard is wanted\nName'],
    [['fleet', 'list', '--target', 'directory'], 2, 'directory is no target file: it is a directory\n'],
    [['fleet', 'list', '--target', 'empty'], 2, 'empty is no target file: it is empty\n'],
    [['fleet', 'list', '--target', 'file'], 2, 'file is no target file: Unexpected token'],
    [['run', '--dataset', 'file', '--dry-run'], 2, 'file is no dataset: it is a file\n'],
    [['run', '--dataset', 'fleet', '--events', 'file/x'], 2, 'there is no directory file for --events\n'],
    [['generate', '--agents', '1', '--out', 'file'], 2, 'cannot become a dataset: there is a file in its place\n'],
    [['report', 'recorded', '--out', 'directory'], 2, 'directory is a directory, and a file is to be written\n'],
    [['report', 'recorded', '--out', 'file/x'], 3, 'file is no directory\n'],
    [['analyse', 'recorded', '--fates', 'directory'], 2, 'directory is a directory, and a file is to be written\n'],
    [['analyse', 'recorded', '--fates', 'file/x'], 3, 'file is no directory\n'],
    [[...local, '--map', 'no-such-map'], 2, 'there is no map "no-such-map"\n'],
    [[...local, '--map', './absent.osm.pbf'], 2, 'there is no map '],
    [[...local, '--map', './file'], 2, 'neither OSM PBF nor GeoJSON\n'],
    [[...local, '--ready-file', 'directory'], 3, 'cannot write the ready file directory: '],
  ])('%j', async (args, code, text) => {
    // What has begun to stand in must end again.
    const told = await ended(args.includes('--ready-file'), args);
    expect(told.stderr).toMatch(/^Error: .+\n.+/);
    expect(told.stderr).toContain(text);
    expect(told.stderr).not.toContain('    at ');
    expect(told.code).toBe(code);
  });
});

describe('a place that cannot be written is said, and nothing waits for it', () => {
  beforeAll(() => writeFile(cli.file('file'), ''));
  const unmakeable = existsSync('/proc/self') ? ['/proc/x/y', 'file/y'] : ['file/y'];

  test.each<string[]>([
    ['run', '--dataset', 'fleet', '--out'],
    ['generate', '--agents', '1', '--seconds', '60', '--out'],
    ['generate', '--agents', '1', '--seconds', '60', '--probes'],
    ['capacity', '--out'],
    ['experiment', 'ordering', '--agents', '1', '--out'],
    ['local', '--dir'],
    ['local', '--http-port', '0', '--mqtt-port', '0', '--data-dir'],
  ])('%s %s', async (...command) => {
    for (const [n, place] of unmakeable.entries()) {
      const { code, stderr } = await ended(n === 0, [...command, place]);
      expect(stderr).toMatch(
        /^Error: .*(no directory can be made in \/proc|file is no directory|cannot become a dataset)/,
      );
      expect(stderr).not.toContain('    at ');
      expect([2, 3]).toContain(code);
    }
  });

  test.skipIf(!existsSync('/proc/self'))('a directory that takes no files', async () => {
    const picture = ['generate', '--agents', '1', '--seconds', '60', '--picture', '/proc/x.svg'];
    const { code, stderr } = await ended(false, picture);
    expect([code, stderr]).toEqual([
      3,
      'Error: cannot write /proc/x.svg: no file can be made in /proc\nChoose another place; nothing half-written was left.\n',
    ]);
  });
});
