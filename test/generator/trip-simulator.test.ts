import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readDevices, readTracks } from '../../src/dataset.ts';
import { RunError, SetupError, UsageError } from '../../src/errors.ts';
import { mergeByTime } from '../../src/generator/merge-by-time.ts';
import type { ToolOptions } from '../../src/generator/tool-options.ts';
import { findTool } from '../../src/generator/tool-processes.ts';
import { generateWithTool } from '../../src/generator/trip-simulator.ts';

const START = Date.UTC(2026, 0, 5, 8);
const FAKE = fileURLToPath(new URL('../support/fake-trip-simulator.js', import.meta.url));

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-tool-'));
  for (const name of ['city.osm.pbf', 'city.osrm.hsgr', 'raw.osrm.ebg']) await writeFile(join(dir, name), '');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const options = (over: Partial<ToolOptions> = {}, fake = ''): ToolOptions => ({
  agents: 7,
  seconds: 60,
  every: 1,
  seed: 1,
  start: START,
  workers: 3,
  map: join(dir, 'city.osm.pbf'),
  graph: join(dir, 'city.osrm'),
  now: () => START + 86_400_000,
  env: { ...process.env, TRIP_SIMULATOR: FAKE, FAKE: fake, TMPDIR: dir },
  ...over,
});
const place = (name: string) => join(dir, 'written', name);
const linesOf = async (name: string) => (await readFile(place(name), 'utf8')).split('\n').slice(0, -1);
const failureOf = (of: Partial<ToolOptions>, fake?: string) =>
  generateWithTool(options({ probes: place('probes'), ...of }, fake)).then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error as UsageError,
  );

describe('the real tool, in several processes', () => {
  test("writes as one: by second, within it by process, each line as the tool's", async () => {
    const files = Object.fromEntries(
      (['probes', 'traces', 'changes', 'trips'] as const).map((kind) => [kind, place(kind)]),
    );
    const generated = await generateWithTool(options(files));
    expect(generated).toMatchObject({
      devices: 7,
      fixes: 420,
      firstSampleTime: START + 1000,
      lastSampleTime: START + 60_000,
    });
    const probes = (await linesOf('probes')).map((line) => JSON.parse(line));
    expect(probes.map(({ properties }) => properties.time)).toEqual(
      Array.from({ length: 420 }, (_, i) => START + (Math.floor(i / 7) + 1) * 1000),
    );
    const ids = probes.slice(0, 7).map(({ properties }) => properties.id);
    expect(new Set(ids).size).toBe(7);
    expect(probes.map(({ properties }) => properties.id)).toEqual(Array.from({ length: 60 }, () => ids).flat());
    expect(probes[0].geometry.coordinates).toEqual([-86.78, 36.16 + 1 / 100_000 + 1e-13]);
    const times = async (name: string, key: string) => (await linesOf(name)).map((line) => JSON.parse(line)[key]);
    for (const [name, key] of [
      ['changes', 'event_time'],
      ['trips', 'end_time'],
    ] as const) {
      const found = await times(name, key);
      expect(found).toHaveLength(7 * 6);
      expect(found).toEqual([...found].sort((a, b) => a - b));
    }
    expect(await linesOf('traces')).toHaveLength(3);
    expect((await readdir(join(dir, 'written'))).sort()).toEqual(['changes', 'probes', 'traces', 'trips']);
  });

  test('makes a dataset, thinned, each device at a phase of its own', async () => {
    const out = place('set');
    const { dataset } = await generateWithTool(options({ out, every: 20 }));
    const devices = await readDevices(dataset!);
    expect(devices.map(({ fixes }) => fixes)).toEqual(new Array(7).fill(3));
    const tracks = (await Promise.all(dataset!.manifest.partitions.map((_, i) => readTracks(dataset!, i)))).flat();
    expect(new Set(tracks.map(({ fixes }) => [...fixes][0]!.sampleTime)).size).toBeGreaterThan(3);
    for (const { fixes } of tracks) {
      const [a, b, c] = [...fixes].map(({ sampleTime }) => sampleTime);
      expect([b! - a!, c! - b!]).toEqual([20_000, 20_000]);
    }
    expect(dataset!.manifest).toMatchObject({
      devices: 7,
      fixes: 21,
      everySeconds: 20,
      source: { engine: 'trip-simulator', profile: 'car', agents: 7 },
    });
  });

  test('needs not write of what did not happen, and may have one process alone', async () => {
    await generateWithTool(options({ traces: place('traces'), agents: 2, workers: 8 }, 'quiet'));
    expect(await linesOf('traces')).toEqual([]);
    await generateWithTool(options({ probes: place('probes'), workers: 1 }));
    expect(await linesOf('probes')).toHaveLength(420);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['shared', /two vehicles the id AAA-0000/],
    ['fails', /trip-simulator 2 of 3 ended with 1:\nrequired input files are missing/],
    ['short', /trip-simulator 1 wrote 118 probes, and 120 were asked for/],
    ['old', /began at 1970-01-01T00:00:01/],
  ])('%s: nothing is written', async (fake, message) => {
    const error = await failureOf({ out: place('set') }, fake);
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
    expect(await readdir(join(dir, 'written')).catch(() => [])).toEqual([]);
  });

  test('the signal ends it, and nothing is left', async () => {
    const stop = new AbortController();
    const running = failureOf({ signal: stop.signal, onProgress: () => stop.abort() }, 'hangs');
    expect((await running).name).toBe('AbortError');
    expect(await readdir(join(dir, 'written')).catch(() => [])).toEqual([]);
  });

  test.each([
    [
      {
        map: undefined,
        graph: undefined,
        profile: 'tram',
        model: 'delivery',
        properties: true,
        agents: 0,
        mend: 'all',
      },
      [
        'drives by its own model; --model delivery',
        'knows nothing of --mend',
        'knows nothing of --properties',
        'takes the profiles it comes with, car, bike, scooter; got "tram"',
        'needs --map FILE.osm.pbf',
        'needs --graph FILE.osrm',
        '--agents must be',
      ],
    ],
    [
      { picture: 'x.svg', dropouts: '2', map: '/nowhere.pbf' },
      ['--picture', '--dropouts', 'the extract /nowhere.pbf, which is not there'],
    ],
  ] as [Partial<ToolOptions>, string[]][])('all problems of %j are named at once', async (over, problems) => {
    const error = await failureOf(over);
    expect(error).toBeInstanceOf(UsageError);
    for (const problem of problems) expect(error.message).toContain(problem);
  });

  test('a graph that is missing, or that is not contracted', async () => {
    for (const [graph, message] of [
      ['none.osrm', 'there is no OSRM graph'],
      ['raw.osrm', 'is not contracted'],
    ] as const) {
      const error = await failureOf({ graph: join(dir, graph) });
      expect(error).toBeInstanceOf(SetupError);
      expect(error.message).toContain(message);
      expect(error.hint).toContain('osrm-contract');
    }
  });

  test('a tool that is not installed', async () => {
    for (const env of [{}, { PATH: dir }, { TRIP_SIMULATOR: join(dir, 'city.osm.pbf') }]) {
      const error = await failureOf({ env });
      expect(error).toBeInstanceOf(SetupError);
      expect(error.message).toMatch(/is not installed|no program is there/);
      expect(error.hint).toMatch(/npm package trip-simulator .*--model compat/);
    }
  });

  test('it is found on PATH by its name', async () => {
    await mkdir(join(dir, 'bin'));
    await symlink(FAKE, join(dir, 'bin', 'trip-simulator'));
    expect(await findTool({ PATH: `/nowhere:${join(dir, 'bin')}` })).toBe(join(dir, 'bin', 'trip-simulator'));
  });
});

test('streams are merged by time, then by stream, and each keeps its order', async () => {
  const streams = fc.array(fc.array(fc.nat({ max: 9 }), { maxLength: 8 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(streams, async (times) => {
      const of = times.map((own, stream) => own.sort((a, b) => a - b).map((time, nth) => ({ time, stream, nth })));
      const merged: unknown[] = [];
      const walk = async function* <T>(items: readonly T[]) {
        yield* items;
      };
      for await (const { stream, item } of mergeByTime(of.map(walk))) {
        expect(item.stream).toBe(stream);
        merged.push(item);
      }
      expect(merged).toEqual(of.flat().sort((a, b) => a.time - b.time || a.stream - b.stream || a.nth - b.nth));
    }),
  );
});
