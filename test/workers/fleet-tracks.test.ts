import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDevices } from '../../src/dataset.ts';
import { fleetOutlook } from '../../src/generator/fleet-options.ts';
import { generateDataset } from '../../src/generator/generate.ts';
import { checkFleet, type FleetRequest } from '../../src/generator/generate-options.ts';
import { encodeMap } from '../../src/generator/map/map-file.ts';
import { type FleetSource, fleetTracks } from '../../src/workers/fleet-tracks.ts';
import { shareOf, splitPartitions } from '../../src/workers/share.ts';
import { gridMap } from '../generator/grid-map.ts';

const NOW = Date.UTC(2026, 0, 5, 20);
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-tracks-'));
  await writeFile(join(dir, 'grid.graph'), encodeMap(gridMap()));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const request = (over: Partial<FleetRequest>): FleetRequest => ({
  agents: 50,
  seconds: 900,
  every: 30,
  seed: 3,
  map: join(dir, 'grid.graph'),
  ...over,
});

/** What the shards of a fleet would send, device by device. */
async function sent(source: FleetSource, partitions: Parameters<typeof splitPartitions>[0]) {
  const shards = splitPartitions(partitions, 3);
  const tracks = (await Promise.all(shards.map((shard) => fleetTracks(source, shard.partitions)))).flat();
  expect(tracks.map(({ index }) => index).sort((a, b) => a - b)).toEqual(tracks.map((_, i) => i));
  return new Map(tracks.map(({ track: { deviceId, fixes } }) => [deviceId, [...fixes]]));
}

test.each([
  { model: 'realistic', properties: true },
  { model: 'compat', profile: 'bike', every: 7 },
  { model: 'delivery', dropouts: '60:20', properties: true, every: 10 },
  { seconds: 5, every: 60, agents: 3 },
])('%j: what is made as it is sent is what a dataset of the same options holds', async (over) => {
  const fleet = await checkFleet(request(over), NOW);
  const { manifest, dir: place } = await generateDataset({ ...request(over), out: join(dir, 'set'), now: () => NOW });
  const outlook = fleetOutlook(fleet);
  const made = await sent({ kind: 'generator', fleet }, outlook.partitions);
  const read = await sent({ kind: 'dataset', dir: place }, manifest.partitions);
  for (const [id, fixes] of made) if (fixes.length === 0) made.delete(id);
  expect([...made.keys()].sort()).toEqual([...read.keys()].sort());
  for (const [id, fixes] of made) expect(fixes).toEqual(read.get(id));
  // What is known before: exact, but for what is never sent because a receiver is silent.
  const { partitions, everySeconds, devices, fixes, firstSampleTime, lastSampleTime } = outlook;
  if (!('dropouts' in over)) {
    expect(partitions).toEqual(manifest.partitions.map((of) => ({ devices: of.devices, fixes: of.fixes })));
    const { devices: d, fixes: f, firstSampleTime: first, lastSampleTime: last } = manifest;
    expect({ devices, fixes, firstSampleTime, lastSampleTime }).toEqual({
      devices: d,
      fixes: f,
      firstSampleTime: first,
      lastSampleTime: last,
    });
  } else expect(manifest.fixes).toBeLessThan(fixes);
  expect(everySeconds).toBe(manifest.everySeconds);
});

test('shards of parts of partitions have each device once, at its place in the whole fleet', async () => {
  const fleet = await checkFleet(request({ seconds: 120 }), NOW);
  const out = join(dir, 'parts');
  const dataset = await generateDataset({ ...request({ seconds: 120 }), out, now: () => NOW });
  const outlook = fleetOutlook(fleet);
  const members = await readDevices(dataset);
  const counts = outlook.partitions.map((_, i) => members.filter((of) => of.partition === i).map(({ fixes }) => fixes));
  const sources: FleetSource[] = [
    { kind: 'dataset', dir: out },
    { kind: 'generator', fleet },
  ];
  for (const source of sources) {
    const places = new Map<number, string>();
    for (let index = 0; index < 20; index++) {
      const { stretches } = shareOf({ index, of: 20, saidBy: '' }, outlook.partitions, counts, false);
      for (const { track, index: place } of await fleetTracks(source, stretches)) {
        expect(places.has(place)).toBe(false);
        places.set(place, track.deviceId);
      }
    }
    expect([...places.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect([...places.values()].sort()).toEqual(members.map(({ deviceId }) => deviceId).sort());
  }
});

test('a track that is made can be walked again', async () => {
  const fleet = await checkFleet(request({ agents: 2 }), NOW);
  const tracks = await fleetTracks({ kind: 'generator', fleet }, [{ partition: 7, firstDevice: 0 }]);
  const { fixes } = tracks[0]!.track;
  const once = [...fixes];
  expect(once).toHaveLength(30);
  expect([...fixes]).toEqual(once);
});
