import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
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

test('a track keeps what its receiver said of speed, heading and accuracy, also where some fixes lack it', async () => {
  const writer = await createDataset(join(dir, 'set'), { partitions: 1, everySeconds: 1, source: { kind: 'test' } });
  const motions = Array.from({ length: 40 }, (_, i) =>
    i < 5 || i % 3 === 0 ? undefined : { speed: i, accuracy: 4.5 },
  );
  for (const [i, motion] of motions.entries()) await writer.write(0, probeLine('a', 1000 * i, 'idling', 1, 2, motion));
  writer.device('a', 0, motions.length, 0, 39_000);
  const [track] = await readTracks(await writer.finish(), 0);
  expect([...track!.fixes].map(({ motion }) => motion)).toEqual(motions);
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

test('a file, or a directory that only has a manifest.json too, is left as it is', async () => {
  await writeFile(join(dir, 'notes.txt'), 'mine');
  await expect(smallDataset(join(dir, 'notes.txt'))).rejects.toThrow('cannot become a dataset');
  expect(await readFile(join(dir, 'notes.txt'), 'utf8')).toBe('mine');
  await mkdir(join(dir, 'page'));
  for (const name of ['manifest.json', 'index.html']) await writeFile(join(dir, 'page', name), '{}');
  await expect(smallDataset(join(dir, 'page'))).rejects.toThrow('index.html is no part of one');
  expect((await readdir(join(dir, 'page'))).sort()).toEqual(['index.html', 'manifest.json']);
});

test('the older dataset stays whole until the new one is, and the new one comes alone', async () => {
  await smallDataset();
  const writer = await createDataset(join(dir, 'set'), { partitions: 1, everySeconds: 1, source: {} });
  expect((await readDevices(await openDataset(join(dir, 'set')))).length).toBe(4);
  await writer.write(0, probeLine('z', 5, 'x', 1, 2));
  writer.device('z', 0, 1, 5, 5);
  const dataset = await writer.finish();
  expect((await readDevices(dataset)).map(({ deviceId }) => deviceId)).toEqual(['z']);
  expect((await readdir(join(dir, 'set'))).sort()).toEqual(['devices.csv', 'manifest.json', 'probes-00.ndjson']);
  expect(await readdir(dir)).toEqual(['set']);
});

test('what a killed writer left long ago goes; what another writes now stays', async () => {
  const [old, fresh] = [join(dir, 'set.partial-0000'), join(dir, 'set.partial-1111')];
  for (const left of [old, fresh]) await mkdir(left);
  await utimes(old, 1, 1);
  await smallDataset();
  expect((await readdir(dir)).sort()).toEqual(['set', 'set.partial-1111']);
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
  ['a negative count', 'manifest.json', (text) => text.replace('"devices": 4,', '"devices": -4,'), 'not -4'],
  ['times the wrong way round', 'manifest.json', (text) => text.replace('Time": 1000', 'Time": 1e9'), 'is later than'],
  [
    'no partitions',
    'manifest.json',
    (text) => text.replace(/"partitions": \[[^\]]*\]/, '"partitions": []'),
    'must list',
  ],
  [
    'a partition that is none',
    'manifest.json',
    (text) => text.replace(/"partitions": \[[^\]]*\]/, '"partitions": [null]'),
    '"partitions"[0] must name a file beside it, devices and fixes: null',
  ],
  ['a partition elsewhere', 'manifest.json', (text) => text.replace('"probes-00', '"../probes-00'), '"partitions"[0]'],
])('manifest: %s', async (_, file, change, text) => {
  await broken(file, change);
  await expect(openDataset(join(dir, 'set'))).rejects.toThrow(text);
});

test.each<[string, (text: string) => string, string]>([
  ['a duplicate device id', (text) => `${text}a-1,0,3\n`, 'devices.csv:6: the device a-1 is there already, on line 2'],
  ['an unknown column', (text) => text.replace('fixes', 'speed'), 'devices.csv:1: unknown column "speed"'],
  ['a missing column', (text) => text.replace(/,[^,\n]*\n/g, '\n'), 'devices.csv:1: there is no column "fixes"'],
  ['a partition that is not there', (text) => `${text}e-5,9,3\n`, 'devices.csv:6: "9" is no partition'],
  ['no partition', (text) => `${text}e-5,,3\n`, 'devices.csv:6: "" is no partition'],
  ['no count', (text) => `${text}e-5,0,\n`, 'devices.csv:6: "" is no number of fixes'],
  ['a negative count', (text) => `${text}e-5,0,-1\n`, 'devices.csv:6: "-1" is no number of fixes'],
  ['an id that IoT refuses', (text) => `${text}e 5,0,3\n`, 'devices.csv:6: the device id "e 5"'],
  ['a row too short', (text) => `${text}e-5\n`, 'devices.csv'],
  ['a row that went', (text) => text.replace('b-2', '').replace(/\n,[^\n]*/, ''), 'lists 3 devices'],
  ['nothing', () => '', 'lists 0 devices, and the manifest says 4'],
])('devices.csv: %s', async (_, change, text) => {
  await broken('devices.csv', change);
  const dataset = await openDataset(join(dir, 'set'));
  await expect(readDevices(dataset)).rejects.toThrow(text);
});

test.each(['devices.csv', 'its probe file'])('without %s: an error, and not silence', async (what) => {
  const dataset = await smallDataset();
  const partition = dataset.manifest.partitions.findIndex(({ fixes }) => fixes > 0);
  const { file } = dataset.manifest.partitions[partition]!;
  await rm(join(dataset.dir, what === 'devices.csv' ? what : file));
  const reading = what === 'devices.csv' ? readDevices(dataset) : readTracks(dataset, partition);
  await expect(reading).rejects.toThrow(UsageError);
  await expect(reading).rejects.toThrow('there is no file');
});

test.each<[string, (lines: string[]) => string[], string]>([
  ['cut off at a line', (lines) => lines.slice(0, -1), 'and the manifest says'],
  ['with a device too many', (lines) => [...lines, probeLine('z', 1, 'x', 1, 2).trimEnd()], 'and the manifest says'],
  ['with times that go back', (lines) => lines.reverse(), 'goes back in time'],
  ['with half a line', (lines) => [...lines.slice(0, -1), lines.at(-1)!.slice(0, 30)], 'is no JSON'],
])('a probe file %s is noticed', async (_, change, text) => {
  const dataset = await smallDataset();
  const partition = dataset.manifest.partitions.findIndex(({ fixes }) => fixes > 0);
  const path = join(dataset.dir, dataset.manifest.partitions[partition]!.file);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(path, `${change(lines).join('\n')}\n`);
  await expect(readTracks(dataset, partition)).rejects.toThrow(text);
});

test('a directory without a manifest says what makes one', async () => {
  await expect(openDataset(dir)).rejects.toMatchObject({
    message: expect.stringContaining('manifest.json'),
    hint: expect.stringContaining('simctl generate'),
  });
});
