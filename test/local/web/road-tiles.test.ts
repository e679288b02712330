import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeMap } from '../../../src/generator/map/map-file.ts';
import { type RoadTiles, roadTiles } from '../../../src/local/web/road-tiles.ts';
import { gridMap } from '../../generator/grid-map.ts';

let dir: string;
let tiles: RoadTiles;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-tiles-'));
  const file = join(dir, 'grid.graph');
  await writeFile(file, encodeMap(gridMap(10)));
  tiles = roadTiles(file, () => {});
});
afterAll(() => rm(dir, { recursive: true }));

const get = (of: RoadTiles, ...path: string[]) =>
  of.api({ method: 'GET', path: ['tiles', ...path], query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) });

/** The tile of web Mercator in which a place lies. */
function tileOf(lon: number, lat: number, z: number): [string, string, string] {
  const sine = Math.sin((lat * Math.PI) / 180);
  const x = Math.floor(((lon + 180) / 360) * 2 ** z);
  const y = Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 2 ** z);
  return [String(z), String(x), `${y}.mvt`];
}

test('a tile holds the roads, by class, where they are', async () => {
  const reply = (await get(tiles, ...tileOf(12.0045, 57.0045, 14)))!;
  expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/vnd.mapbox-vector-tile' } });
  const { roads } = new VectorTile(new PbfReader(reply.body as Buffer)).layers;
  expect(roads!.length).toBeGreaterThan(10);
  const feature = roads!.feature(0);
  expect(feature.properties).toEqual({ class: 'residential' });
  const [, x, y] = tileOf(12.0045, 57.0045, 14).map((part) => Number.parseInt(part, 10)) as [number, number, number];
  const { geometry } = feature.toGeoJSON(x, y, 14) as unknown as { geometry: { coordinates: [number, number][] } };
  for (const [lon, lat] of geometry.coordinates) {
    expect(lon).toBeGreaterThan(11.99);
    expect(lon).toBeLessThan(12.02);
    expect(lat).toBeGreaterThan(56.99);
    expect(lat).toBeLessThan(57.02);
  }
});

test('far out, small streets are left away', async () => {
  expect(await get(tiles, ...tileOf(12.0045, 57.0045, 8))).toEqual({ status: 204 });
});

test.each([
  ['elsewhere', ['14', '0', '0.mvt'], 204],
  ['beyond the last zoom', ['15', '0', '0'], 404],
  ['outside the world', ['2', '4', '0'], 404],
  ['no number', ['2', '..', '0'], 404],
])('%s', async (_, path, status) => {
  expect(await get(tiles, ...path)).toMatchObject({ status });
});

test('the page is told where they are, and whose', async () => {
  expect(await tiles.settings()).toEqual({
    tiles: '/tiles/{z}/{x}/{y}.mvt',
    bounds: [expect.closeTo(12, 2), expect.closeTo(57, 2), expect.closeTo(12.009, 2), expect.closeTo(57.009, 2)],
    attribution: 'nobody',
    name: 'grid',
  });
});

test('a map that cannot be read is no reason to have no page', async () => {
  const logged: string[] = [];
  const none = roadTiles(join(dir, 'absent.graph'), (line) => logged.push(line));
  expect(await none.settings()).toBeNull();
  expect(await get(none, '14', '1', '1')).toEqual({ status: 204 });
  expect(logged).toEqual([expect.stringContaining('there is no map')]);
});
