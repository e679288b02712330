import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, isSimctlError, messageOf, SetupError, UsageError } from '../../errors.ts';
import { mapFromGeoJson } from './from-geojson.ts';
import { decodeMap } from './map-file.ts';
import type { RoadMap } from './road-map.ts';

export const DEFAULT_MAP = 'gothenburg';

const UNKNOWN_SOURCE = 'as in the map file';

/**
 * Roads by the name of a map that the build makes (scripts/build.js), or by the path of a file: road GeoJSON
 * (`.geojson`, `.json`), or a `.graph` that simctl wrote.
 * @throws SetupError where the build has not run; UsageError where the file is missing or is no map.
 */
export async function readMap(map: string = DEFAULT_MAP): Promise<RoadMap> {
  const builtIn = /^[a-z0-9-]+$/.test(map);
  const file = builtIn ? builtMap(map) : resolve(map);
  const hint = builtIn ? 'Make it with "npm run build".' : `Leave --map out for ${DEFAULT_MAP}.`;
  try {
    const bytes = await readFile(file);
    if (!['.geojson', '.json'].includes(extname(file))) return decodeMap(bytes);
    const naming = { name: basename(file, extname(file)), attribution: UNKNOWN_SOURCE };
    return mapFromGeoJson(naming, JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    if (isSimctlError(error)) throw error;
    const missing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    const message = missing ? `there is no map ${file}` : `cannot read the map ${file}: ${messageOf(error)}`;
    throw builtIn ? new SetupError(message, { cause: error, hint }) : new UsageError(message, { cause: error, hint });
  }
}

/** Where the build puts a map, from src/generator/map/ and from dist/src/generator/map/ alike. */
function builtMap(name: string): string {
  const places = ['../../../dist/maps/', '../../../maps/'].map((place) =>
    fileURLToPath(new URL(`${place}${name}.graph`, import.meta.url)),
  );
  // Not from dist/dist/: where it is in neither place, the message names the one that the build would fill.
  return places.find((place) => existsSync(place)) ?? places[import.meta.url.endsWith('.ts') ? 0 : 1]!;
}
