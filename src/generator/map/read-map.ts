import { existsSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, isSimctlError, messageOf, SetupError, UsageError } from '../../errors.ts';
import { cachedMap } from './map-cache.ts';
import { decodeMap } from './map-file.ts';
import { kindOfMap } from './map-kind.ts';
import { DEFAULT_MAP } from './map-name.ts';
import type { RoadMap } from './road-map.ts';
import { VEHICLES, type VehicleName } from './vehicles.ts';

const OPENSTREETMAP = '© OpenStreetMap contributors, ODbL 1.0';

/**
 * Roads by the name of a map that the build makes (scripts/build.js), or by the path of a file: an OSM PBF extract,
 * road GeoJSON, or a `.graph` that simctl wrote. The first two are kept in the cache as what they become.
 * @throws SetupError where the build has not run; UsageError where there is no such map, or the file is none.
 */
export function readMap(map: string = DEFAULT_MAP, vehicle: VehicleName = 'car'): Promise<RoadMap> {
  return atMap(map, vehicle, async (path, builtIn) =>
    builtIn ? decodeMap(await readFile(path)) : mapOfFile(path, vehicle),
  );
}

/** Whether there is such a map, without reading all of it. @throws as `readMap` */
export function checkMap(map: string): Promise<unknown> {
  return atMap<unknown>(map, 'car', (path, builtIn) => (builtIn ? access(path) : kindOfMap(path)));
}

async function atMap<T>(
  map: string,
  vehicle: VehicleName,
  read: (path: string, builtIn: boolean) => Promise<T>,
): Promise<T> {
  const builtIn = /^[a-z0-9-]+$/.test(map);
  const path = builtIn ? builtMap(vehicle === 'car' ? map : `${map}-${vehicle}`) : resolve(map);
  const isDefault = map === DEFAULT_MAP;
  const hint =
    builtIn && isDefault
      ? 'Make it with "npm run build".'
      : `Leave --map out for ${DEFAULT_MAP}, or name a file: city.osm.pbf, or roads as .geojson.`;
  try {
    return await read(path, builtIn);
  } catch (error) {
    if (isSimctlError(error)) throw error;
    const missing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    const what = builtIn && !isDefault ? `"${map}"` : path;
    const message = missing ? `there is no map ${what}` : `cannot read the map ${what}: ${messageOf(error)}`;
    throw builtIn && isDefault
      ? new SetupError(message, { cause: error, hint })
      : new UsageError(message, { cause: error, hint });
  }
}

async function mapOfFile(path: string, vehicle: VehicleName): Promise<RoadMap> {
  const kind = await kindOfMap(path);
  if (kind === 'graph') return decodeMap(await readFile(path));
  const name = basename(path).replace(/\.(osm\.pbf|pbf|geojson|json)$/i, '');
  return cachedMap(path, vehicle, name, async () => {
    if (kind !== 'pbf') return (await import('./read-geojson.ts')).readGeoJson(name, path, VEHICLES[vehicle]);
    const { mapFromPbf } = await import('./from-pbf.ts');
    return mapFromPbf({ name, attribution: OPENSTREETMAP }, path, VEHICLES[vehicle]);
  });
}

/** Where the build puts a map, from src/generator/map/ and from dist/src/generator/map/ alike. */
function builtMap(name: string): string {
  const places = ['../../../dist/maps/', '../../../maps/'].map((place) =>
    fileURLToPath(new URL(`${place}${name}.graph`, import.meta.url)),
  );
  // Not from dist/dist/: where it is in neither place, the message names the one that the build would fill.
  return places.find((place) => existsSync(place)) ?? places[import.meta.url.endsWith('.ts') ? 0 : 1]!;
}
