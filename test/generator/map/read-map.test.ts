import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { encodeMap } from '../../../src/generator/map/map-file.ts';
import { readMap } from '../../../src/generator/map/read-map.ts';
import { gridMap } from '../grid-map.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-maps-'));
  vi.stubEnv('SIMCTL_HOME', join(dir, 'home'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));
afterAll(() => vi.unstubAllEnvs());

const road = (coordinates: unknown, properties: unknown = { highway: 'residential' }) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'LineString', coordinates },
});
const ROADS = {
  type: 'FeatureCollection',
  copyright: 'somebody',
  features: [
    road([
      [12, 57],
      [12.01, 57],
    ]),
    road([
      [12.01, 57],
      [12.01, 57.01],
    ]),
  ],
};

async function readText(name: string, content: string | Uint8Array) {
  await writeFile(join(dir, name), content);
  return readMap(join(dir, name));
}

describe('a map by --map', () => {
  it('is GeoJSON, whatever it is called, and is named by its file', async () => {
    for (const name of ['roads.geojson', 'roads.json', 'roads']) {
      const { graph } = await readText(name, `\ufeff${JSON.stringify(ROADS)}`);
      expect(graph).toMatchObject({ name: 'roads', attribution: 'somebody' });
      expect(graph.to).toHaveLength(2);
    }
  });

  it('is kept as what it became, by its content and the vehicle, and made again where that is damaged', async () => {
    const first = await readText('a.geojson', JSON.stringify(ROADS));
    const kept = join(dir, 'home', 'cache', 'maps');
    const [name] = await readdir(kept);
    const again = await readText('b.geojson', JSON.stringify(ROADS));
    expect(await readdir(kept)).toHaveLength(1);
    expect(again.graph).toEqual({ ...first.graph, name: 'b' });
    expect(again.tiles).toEqual(first.tiles);

    const bytes = await readFile(join(kept, name!));
    await writeFile(join(kept, name!), bytes.subarray(0, -8));
    expect((await readText('a.geojson', JSON.stringify(ROADS))).graph).toEqual(first.graph);
    expect(await readFile(join(kept, name!))).toEqual(bytes);

    await readMap(join(dir, 'a.geojson'), 'bike');
    expect(await readdir(kept)).toHaveLength(2);
  });

  it('is made every time where it cannot be kept', async () => {
    await writeFile(join(dir, 'home'), 'a file, not a directory');
    expect((await readText('a.geojson', JSON.stringify(ROADS))).graph.to).toHaveLength(2);
  });

  it.each([
    ['empty', '', /is empty/],
    ['gzip', gzipSync('roads'), /compressed by gzip/],
    ['zip', 'PK\x03\x04...', /a ZIP archive/],
    ['XML', '<?xml version="1.0"?>\n<osm version="0.6"></osm>', /is XML/],
    ['a page', '<!DOCTYPE html><html>404</html>', /a web page/],
    ['noise', 'hello', /neither OSM PBF nor GeoJSON/],
    [
      'an old graph',
      '{"layout":"simctl-graph-1"}\n',
      /"simctl-graph-1", and simctl-graph-[0-9]+ was expected|does not begin/,
    ],
    ['part of a graph', encodeMap(gridMap(3)).subarray(0, -9), /is cut off/],
    ['half a GeoJSON', JSON.stringify(ROADS, null, 1).slice(0, -20), /line [0-9]+: it is no JSON/],
    ['a comma too many', JSON.stringify(ROADS, null, 1).replace(']', '],'), /line [0-9]+: it is no JSON/],
    ['another GeoJSON', '{"type":"Feature"}', /no "features"/],
    ['a list', '[]', /no "features"/],
    ['no roads', '{"features":[]}', /holds no roads/],
    ['a feature that is none', '{"features":[{},7]}', /feature 2 of 2 is no object/],
    [
      'a road of words',
      JSON.stringify({ features: [road('here')] }),
      /feature 1 of 1 is a LineString whose coordinates/,
    ],
    ['a road of texts', JSON.stringify({ features: [road([['12', '57']])] }), /coordinates are not/],
    ['latitude first, far east', JSON.stringify({ features: [road([[57, 139]])] }), /\[longitude, latitude\]/],
    ['odd properties', JSON.stringify({ features: [road([], 'x')] }), /properties that are no object/],
  ])('is not %s', async (_, content, message) => {
    const error = await readText('map.osm.pbf', content).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(message);
    expect((error as UsageError).hint).toBeTruthy();
  });

  it('names the file that is missing, or is a directory', async () => {
    await expect(readMap(join(dir, 'none.osm.pbf'))).rejects.toThrow(/there is no map .*none\.osm\.pbf/);
    await expect(readMap(dir)).rejects.toThrow(UsageError);
    const unknown = await readMap('no-such-map').catch((thrown: unknown) => thrown);
    expect(unknown).toBeInstanceOf(UsageError);
    expect(unknown).toMatchObject({ message: 'there is no map "no-such-map"', hint: expect.stringContaining('--map') });
  });

  it('of GeoJSON is one error, or a map, whatever is changed in it', async () => {
    const text = JSON.stringify(ROADS);
    const piece = fc.constantFrom(
      'null',
      '{}',
      '[]',
      '1e999',
      '-',
      '"',
      ',',
      '[12,57]',
      '""',
      'true',
      '999',
      '"a"',
      '}',
    );
    const change = fc.record({ at: fc.nat(text.length), length: fc.nat(12), piece });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let changed = text;
        for (const { at, length, piece } of changes)
          changed = changed.slice(0, at) + piece + changed.slice(at + length);
        try {
          expect((await readText('changed.geojson', changed)).graph.to.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
