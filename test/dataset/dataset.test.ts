import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDataset, openDataset, probeLine, readDevices, readTracks } from '../../src/dataset.ts';
import { UsageError } from '../../src/errors.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-dataset-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function smallDataset(place = join(dir, 'set')) {
  const writer = await createDataset(place, { partitions: 3, everySeconds: 30, source: { kind: 'test' } });
  for (const [i, id] of ['a-1', 'b-2', 'c-3', 'd-4'].entries()) {
    const partition = writer.partitionOf(id);
    for (let n = 0; n < 3; n++) await writer.write(partition, probeLine(id, 1000 + i + n * 30_000, 'traveling', i, n));
    writer.device(id, partition, 3, 1000 + i, 61_000 + i);
  }
  return writer.finish();
}

test('what is written is read back: manifest, devices, tracks', async () => {
  const { manifest } = await smallDataset();
  const dataset = await openDataset(join(dir, 'set'));
  expect(dataset.manifest).toEqual(manifest);
  expect(manifest).toMatchObject({ devices: 4, fixes: 12, firstSampleTime: 1000, lastSampleTime: 61_003 });
  expect((await readDevices(dataset)).map(({ deviceId }) => deviceId)).toEqual(['a-1', 'b-2', 'c-3', 'd-4']);
  const tracks = (await Promise.all([0, 1, 2].map((partition) => readTracks(dataset, partition)))).flat();
  const b = tracks.find(({ deviceId }) => deviceId === 'b-2')!;
  expect([...b.fixes]).toEqual([0, 1, 2].map((n) => ({ sampleTime: 1001 + n * 30_000, position: [1, n] })));
  expect([...b.fixes]).toHaveLength(3); // a track can be walked again
  expect(b.length).toBe(3);
});

test('nothing is there before finish, and nothing stays after abort', async () => {
  const writer = await createDataset(join(dir, 'set'), { partitions: 1, everySeconds: 1, source: {} });
  await writer.write(0, 'x\n');
  expect((await readdir(dir)).includes('set')).toBe(false);
  await writer.abort();
  expect(await readdir(dir)).toEqual([]);
});

test('an older dataset is replaced; anything else is left alone', async () => {
  await smallDataset();
  await smallDataset();
  await writeFile(join(dir, 'precious'), '');
  await expect(smallDataset(dir)).rejects.toThrow('holds files, and is no dataset');
  expect(await readdir(dir)).toContain('precious');
});

test("somebody's project that happens to have a manifest.json is not taken for a dataset", async () => {
  await writeFile(join(dir, 'manifest.json'), '{}');
  await writeFile(join(dir, 'source.ts'), 'precious');
  await expect(smallDataset(dir)).rejects.toThrow('source.ts is no part of one');
  expect((await readdir(dir)).sort()).toEqual(['manifest.json', 'source.ts']);
});

test('a device twice is refused', async () => {
  const writer = await createDataset(join(dir, 'set'), { partitions: 1, everySeconds: 1, source: {} });
  writer.device('a', 0, 1, 0, 0);
  expect(() => writer.device('a', 0, 1, 0, 0)).toThrow(UsageError);
  await writer.abort();
});

async function broken(file: string, change: (text: string) => string) {
  await smallDataset();
  const path = join(dir, 'set', file);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

test.each<[string, string, (text: string) => string, string]>([
  ['no JSON', 'manifest.json', (text) => text.slice(5), 'manifest.json'],
  ['another format', 'manifest.json', (text) => text.replace('"format": 1', '"format": 2'), 'format 2 is not 1'],
  ['a missing count', 'manifest.json', (text) => text.replace('"devices": 4,', ''), '"devices" must be a number'],
])('manifest: %s', async (_, file, change, text) => {
  await broken(file, change);
  await expect(openDataset(join(dir, 'set'))).rejects.toThrow(text);
});

test.each<[string, (text: string) => string, string]>([
  ['a duplicate device id', (text) => `${text}a-1,0,3\n`, 'devices.csv:6: the device a-1 is there already, on line 2'],
  ['an unknown column', (text) => text.replace('fixes', 'speed'), 'devices.csv:1: unknown column "speed"'],
  ['a partition that is not there', (text) => `${text}e-5,9,3\n`, 'devices.csv:6'],
  ['a row too short', (text) => `${text}e-5\n`, 'devices.csv'],
])('devices.csv: %s', async (_, change, text) => {
  await broken('devices.csv', change);
  const dataset = await openDataset(join(dir, 'set'));
  await expect(readDevices(dataset)).rejects.toThrow(text);
});

test('a directory without a manifest says what makes one', async () => {
  await expect(openDataset(dir)).rejects.toMatchObject({
    message: expect.stringContaining('manifest.json'),
    hint: expect.stringContaining('simctl generate'),
  });
});
