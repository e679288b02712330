import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RunError, SetupError, UsageError } from '../../src/errors.ts';
import { PROFILES } from '../../src/generator/agents/profiles.ts';
import { type GenerateOptions, generate } from '../../src/generator/generate.ts';
import { generateWindows } from '../../src/generator/generate-pool.ts';
import { encodeMap } from '../../src/generator/map/map-file.ts';
import { openOutputFile } from '../../src/generator/output-file.ts';
import { gridMap } from './grid-map.ts';

const START = Date.UTC(2026, 0, 5, 8);
const KINDS = ['probes', 'traces', 'changes', 'trips'] as const;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-outputs-'));
  await writeFile(join(dir, 'grid.graph'), encodeMap(gridMap()));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const fleet = () => ({
  agents: 40,
  seconds: 900,
  start: START,
  seed: 7,
  every: 7,
  map: join(dir, 'grid.graph'),
  now: () => START + 86_400_000,
});

/** SHA-256 of all that a generation writes, by name. */
async function digests(place: string, options: Partial<GenerateOptions>): Promise<Record<string, string>> {
  const out = join(dir, place);
  const files = Object.fromEntries(KINDS.map((kind) => [kind, join(dir, `${place}.${kind}`)]));
  await generate({ ...fleet(), out, ...files, ...options });
  const names = [...KINDS.map((kind) => `${place}.${kind}`), ...(await readdir(out)).map((name) => join(place, name))];
  const entries = names.map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(dir, name)));
    return [name.replace(place, ''), hash.digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

describe('what is written', () => {
  test.each(['compat', 'realistic', 'delivery'])(
    'by %s is the same to the byte for 1, 2 and 4 threads, and for any length of window',
    async (model) => {
      const of = { model, properties: model !== 'compat' };
      const one = await digests('one', { ...of, workers: 1 });
      expect(Object.keys(one)).toHaveLength(4 + 16 + 2);
      expect(new Set(Object.values(one)).size).toBeGreaterThan(4 + 10); // none is empty
      expect(await digests('short', { ...of, workers: 1, windowSeconds: 1 })).toEqual(one);
      expect(await digests('odd', { ...of, workers: 2, windowSeconds: 13 })).toEqual(one);
      expect(await digests('four', { ...of, workers: 4, windowSeconds: 400 })).toEqual(one);
      expect(await digests('other', { ...of, workers: 1, seed: 8 })).not.toEqual(one);
    },
  );

  test('has the same events however often a device reports', async () => {
    const events = async (every: number) => {
      const files = Object.fromEntries(KINDS.slice(1).map((kind) => [kind, join(dir, `${every}.${kind}`)]));
      await generate({ ...fleet(), ...files, model: 'compat', every });
      return Promise.all(Object.values(files).map((file) => readFile(file, 'utf8')));
    };
    const all = await events(1);
    expect(all.every((text) => text.split('\n').length > 20)).toBe(true);
    expect(await events(30)).toEqual(all);
  });

  test('is one file by second and then by agent, of the same lines as the dataset', async () => {
    const [out, probes] = [join(dir, 'set'), join(dir, 'probes.json')];
    const { dataset, devices, fixes } = await generate({ ...fleet(), out, probes });
    const lines = (await readFile(probes, 'utf8')).split('\n').slice(0, -1);
    const parts = await Promise.all(dataset!.manifest.partitions.map(({ file }) => readFile(join(out, file), 'utf8')));
    expect([...lines].sort()).toEqual(parts.join('').split('\n').slice(0, -1).sort());
    expect(lines).toHaveLength(fixes);
    const ids = (await readFile(join(out, 'devices.csv'), 'utf8')).trim().split('\n').slice(1);
    expect(ids).toHaveLength(devices);
    const rank = new Map(ids.map((row, i) => [row.split(',')[0]!, i]));
    const keys = lines.map((line) => {
      const { id, time } = JSON.parse(line).properties;
      return time * devices + rank.get(id)!;
    });
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
  });

  test('is compressed where the name ends with .gz', async () => {
    await generate({ ...fleet(), probes: join(dir, 'plain'), workers: 1 });
    await generate({ ...fleet(), probes: join(dir, 'zipped.gz'), workers: 1 });
    const plain = await readFile(join(dir, 'plain'));
    expect(gunzipSync(await readFile(join(dir, 'zipped.gz'))).equals(plain)).toBe(true);
  });

  test('replaces what was there, and is not added to it', async () => {
    const probes = join(dir, 'probes.json');
    await generate({ ...fleet(), probes });
    const first = await readFile(probes);
    await generate({ ...fleet(), probes });
    expect((await readFile(probes)).equals(first)).toBe(true);
  });

  test('is nothing where it is aborted in threads, and what was there before stays', async () => {
    const probes = join(dir, 'probes.json');
    await writeFile(probes, 'before');
    const stop = new AbortController();
    const out = join(dir, 'set');
    const options = { ...fleet(), out, probes, workers: 2, windowSeconds: 5, signal: stop.signal };
    await expect(generate({ ...options, onProgress: () => stop.abort() })).rejects.toThrow(/abort/);
    expect((await readdir(dir)).sort()).toEqual(['grid.graph', 'probes.json']);
    expect(await readFile(probes, 'utf8')).toBe('before');
  });
});

describe('a thread', () => {
  const options = () => {
    const { now, ...plain } = fleet();
    const model = { name: 'compat' as const, settings: { profile: PROFILES.car } };
    return { ...plain, model, kinds: ['probes'] as const };
  };
  const windows = async (thread: string) => {
    const filename = fileURLToPath(new URL(`../support/${thread}`, import.meta.url));
    const seen = [];
    for await (const window of generateWindows(options(), { workers: 2, thread: { filename } })) seen.push(window);
    return seen;
  };

  test('that dies is an error with its cause', async () => {
    const error = await windows('dying-thread.js').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunError);
    expect((error as Error).message).toMatch(/thread [12] of the generator died: .+/);
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect((error as RunError).hint).toBeTruthy();
  });

  test('that refuses keeps its hint', async () => {
    await writeFile(join(dir, 'grid.graph'), 'no map');
    const error = await generateWindows(options(), { workers: 2 })
      .next()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).hint).toBeTruthy();
  });
});

describe('bad places', () => {
  test.each([
    [{}, /nothing is to be written: say where with --out, --probes, --traces/],
    [{ probes: 'x', trips: './x' }, /--trips and --probes name the same file/],
    [{ out: 'set', changes: 'set/changes' }, /--changes set\/changes lies in the directory of --out/],
    [{ out: 'set', probes: 'set', agents: 0 }, /--probes set lies in[\s\S]*--agents must be/],
  ] satisfies [Partial<GenerateOptions>, RegExp][])('%j is refused', async (places, message) => {
    const error = await generate({ ...fleet(), ...places }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(message);
  });

  test('a directory is no file, and a file no directory', async () => {
    await expect(generate({ ...fleet(), probes: dir })).rejects.toThrow(`${dir} is no file`);
    await writeFile(join(dir, 'file'), '');
    const error = await generate({ ...fleet(), probes: join(dir, 'file', 'probes') }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SetupError);
    expect((error as SetupError).hint).toBeTruthy();
  });

  test('a disk that refuses is said at once, and at the end', async () => {
    const file = await openOutputFile(join(dir, 'gone', 'probes'));
    await rm(join(dir, 'gone'), { recursive: true });
    await expect(file.finish()).rejects.toThrow(/cannot write .*probes/);
    await file.abort();
  });
});
