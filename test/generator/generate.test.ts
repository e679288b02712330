import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import Generate from '../../src/commands/generate.ts';
import { type Dataset, openDataset, readDevices, readTracks } from '../../src/dataset.ts';
import { UsageError } from '../../src/errors.ts';
import { type GenerateOptions, generateDataset } from '../../src/generator/generate.ts';
import { encodeMap } from '../../src/generator/map/map-file.ts';
import { gridMap } from './grid-map.ts';

const START = Date.UTC(2026, 0, 5, 8);
const LINE =
  /^\{"type":"Feature","properties":\{"id":"([A-Z]{3}-[0-9]{4})","time":([0-9]{13}),"status":"(idling|traveling)"\},"geometry":\{"type":"Point","coordinates":\[(-?[0-9]+\.[0-9]+),(-?[0-9]+\.[0-9]+)\]\}\}$/;

let dir: string;
let made = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-generate-'));
  await writeFile(join(dir, 'grid.graph'), encodeMap(gridMap()));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const generate = (options: Partial<GenerateOptions> & { out?: string } = {}): Promise<Dataset> =>
  generateDataset({
    agents: 20,
    seconds: 660,
    start: START,
    seed: 7,
    every: 30,
    map: join(dir, 'grid.graph'),
    out: join(dir, `fleet-${made++}`),
    now: () => START + 86_400_000,
    ...options,
  });

async function linesOf({ dir: place, manifest }: Dataset): Promise<string[][]> {
  const texts = await Promise.all(manifest.partitions.map(({ file }) => readFile(join(place, file), 'utf8')));
  return texts.map((text) => text.split('\n').slice(0, -1));
}

async function digest({ dir: place }: Dataset): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(place)).sort()) hash.update(name).update(await readFile(join(place, name)));
  return hash.digest('hex');
}

describe('a generated dataset', () => {
  it('is the same to the byte for the same seed, and another for another', async () => {
    const [one, same, other] = await Promise.all([generate(), generate(), generate({ seed: 8 })]);
    expect(await digest(same)).toBe(await digest(one));
    expect(await digest(other)).not.toBe(await digest(one));
  });

  it('holds 22 fixes of each device for 660 s and one fix in 30 s, at every phase', async () => {
    const dataset = await generate({ agents: 100 });
    const devices = await readDevices(dataset);
    expect(devices).toHaveLength(100);
    expect(devices.every(({ fixes }) => fixes === 22)).toBe(true);
    const tracks = (await Promise.all(dataset.manifest.partitions.map((_, i) => readTracks(dataset, i)))).flat();
    expect(tracks.every(({ length }) => length === 22)).toBe(true);
    const phases = new Set(tracks.map(({ fixes }) => [...fixes][0]!.sampleTime));
    expect(phases.size).toBeGreaterThan(20);
    expect(Math.min(...phases)).toBeGreaterThanOrEqual(START + 1000);
    expect(dataset.manifest.lastSampleTime).toBeLessThanOrEqual(START + 660_000);
  });

  it("has trip-simulator's lines, ordered by time and then by agent, in the partition of their device", async () => {
    const dataset = await generate({ every: 7, seconds: 100 });
    const devices = await readDevices(dataset);
    const rank = new Map(devices.map(({ deviceId }, i) => [deviceId, i]));
    const lines = await linesOf(dataset);
    for (const [partition, own] of lines.entries()) {
      let last = [0, 0] as [number, number];
      for (const line of own) {
        const [, id = '', time] = LINE.exec(line) ?? expect.fail(line);
        const key = [Number(time), rank.get(id)!] as [number, number];
        expect(key[0] > last[0] || (key[0] === last[0] && key[1] > last[1])).toBe(true);
        expect(devices[key[1]]!.partition).toBe(partition);
        last = key;
      }
    }
    expect(lines.flat()).toHaveLength(dataset.manifest.fixes);
  });

  it('lets a device drive the same trips however often it reports', async () => {
    const [dense, thin] = await Promise.all([generate({ every: 1 }), generate({ every: 30 })]);
    const status = (lines: string[][]) =>
      new Map(lines.flat().map((line) => [LINE.exec(line)!.slice(1, 3).join(), LINE.exec(line)![3]]));
    const all = status(await linesOf(dense));
    for (const [key, value] of status(await linesOf(thin))) expect(all.get(key)).toBe(value);
  });

  it('does not change what an agent does when others join', async () => {
    const [few, many] = await Promise.all([generate({ agents: 5 }), generate({ agents: 50 })]);
    const all = new Set((await linesOf(many)).flat());
    for (const line of (await linesOf(few)).flat()) expect(all.has(line)).toBe(true);
  });

  it('gives each device a fix even where time is shorter than the interval', async () => {
    const dataset = await generate({ seconds: 3, every: 30 });
    expect((await readDevices(dataset)).every(({ fixes }) => fixes === 1)).toBe(true);
    expect(dataset.manifest.fixes).toBe(20);
  });

  it('says in its manifest how it was made', async () => {
    const { manifest } = await generate();
    expect(manifest.source).toEqual({
      kind: 'generated',
      model: 'realistic',
      map: join(dir, 'grid.graph'),
      seed: 7,
      start: START,
      seconds: 660,
      every: 30,
      agents: 20,
    });
    expect(manifest.attribution).toBe('nobody');
  });

  it('leaves nothing where it was aborted', async () => {
    const place = join(dir, 'aborted');
    const stop = new AbortController();
    const aborted = generate({ out: place, signal: stop.signal, windowSeconds: 10, onProgress: () => stop.abort() });
    await expect(aborted).rejects.toThrow(/abort/);
    expect((await readdir(dir)).filter((name) => name.startsWith('aborted'))).toEqual([]);
  });
});

describe('bad input', () => {
  it.each([
    [{ agents: 0 }, /--agents must be a whole number from 1 to 175,760,000; got 0/],
    [{ agents: 175_760_001 }, /--agents/],
    [{ agents: 1e9 }, /^--agents must be a whole number from 1 to 175,760,000; got 1000000000$/],
    [{ agents: 175_000_000 }, /^--agents 175000000 take about 3500.0 GB of memory; there are [0-9.]+ GB$/],
    [{ agents: 1.5 }, /--agents/],
    [{ agents: Number.NaN }, /--agents/],
    [{ seconds: 0 }, /--seconds/],
    [{ every: 0 }, /--every/],
    [{ seed: -1 }, /--seed/],
    [{ seed: 0.5 }, /--seed/],
    [{ start: START + 86_400_000 }, /end in the future; start at least 660 seconds ago/],
    [{ start: 12.5 }, /--start/],
    [{ start: Number.NaN }, /--start/],
    [{ start: 1e300 }, /--start/],
    [{ workers: 0 }, /--workers must be a whole number from 1 to 16; got 0/],
    [{ workers: 1000 }, /--workers/],
    [{ model: 'perfect' }, /--model is realistic, delivery, compat; got "perfect"/],
    [{ profile: 'bike' }, /--profile and --mend are settings of --model compat/],
    [{ model: 'compat', profile: 'tram' }, /there is no profile "tram"/],
    [{ model: 'compat', mend: 'everything' }, /trip-simulator has no bug named "everything"/],
    [{ model: 'compat', dropouts: '1' }, /--dropouts is none/],
    [{ dropouts: 'often' }, /--dropouts is how many an hour/],
    [{ dropouts: '0' }, /--dropouts/],
    [{ model: 'perfect', dropouts: 'often', agents: 0 }, /--agents[\s\S]*--model[\s\S]*--dropouts/],
    [{ agents: 0, seconds: 0, every: 0 }, /--agents[\s\S]*--seconds[\s\S]*--every/],
    [{ map: '/nowhere/at-all.graph' }, /there is no map \/nowhere\/at-all\.graph/],
  ] satisfies [Partial<GenerateOptions>, RegExp][])('%j is refused', async (options, message) => {
    const error = await generate(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(message);
    expect((error as UsageError).hint).toBeTruthy();
  });

  it('says what may stand in the place of a map whose name is unknown', async () => {
    const error = await generate({ map: 'atlantis' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).hint).toMatch(/gothenburg, or name a file/);
  });

  it('says that a file is no map', async () => {
    const file = join(dir, 'not-a-map.graph');
    for (const text of ['', 'hello\nworld', '{"magic":"simctl-graph-0"}\n', encodeMap(gridMap(2)).subarray(0, -9)]) {
      await writeFile(file, text);
      await expect(generate({ map: file })).rejects.toThrow(/the map .*not-a-map\.graph/);
    }
  });
});

describe('simctl generate', () => {
  const run = async (...flags: string[]) => {
    const printed: string[] = [];
    const log = vi.spyOn(Generate.prototype, 'log').mockImplementation((text = '') => void printed.push(text));
    const toStderr = vi
      .spyOn(Generate.prototype, 'logToStderr')
      .mockImplementation((text = '') => void printed.push(text));
    try {
      const error = await Generate.run([...flags, '--map', join(dir, 'grid.graph')], process.cwd()).catch(
        (thrown: { oclif?: { exit: number } }) => thrown,
      );
      return { printed: printed.join('\n'), exit: error?.oclif?.exit };
    } finally {
      log.mockRestore();
      toStderr.mockRestore();
    }
  };

  it('prints counts, span, seed, attribution and place', async () => {
    const out = join(dir, 'by-command');
    const { printed, exit } = await run(
      '--agents',
      '3',
      '--seconds',
      '60',
      '--start',
      '2026-01-05T08:00:00Z',
      '--out',
      out,
    );
    expect(exit).toBeUndefined();
    expect(printed).toMatch(
      /^3 devices, 6 fixes from 2026-01-05T08:00:\d\d.000Z to 2026-01-05T08:0[01]:\d\d.000Z; seed 1$/m,
    );
    expect(printed).toContain('nobody');
    expect(printed).toContain(out);
    expect((await readDevices(await openDataset(out))).length).toBe(3);
  });

  it.each([
    [['--agents', '0'], /--agents: expected a whole number of at least 1; got "0"/],
    [['--start', 'yesterday'], /--start: "yesterday" is no time/],
    [['--start', '2999-01-01'], /in the future/],
  ])('%j ends with 2', async (flags, message) => {
    const { printed, exit } = await run(...flags, '--out', join(dir, 'refused'));
    expect(exit).toBe(2);
    expect(printed).toMatch(message);
  });
});
