import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, messageOf, SetupError, UsageError } from '../../errors.ts';
import type { RoadGraph } from './graph.ts';
import { decodeGraph } from './graph-file.ts';

export const DEFAULT_MAP = 'gothenburg';

/**
 * A road network by the name of one that the build makes (scripts/build.js), or by the path of a `.graph` file.
 * @throws SetupError where the build has not run; UsageError where there is no such file.
 */
export async function readMap(map: string = DEFAULT_MAP): Promise<RoadGraph> {
  const builtIn = /^[a-z0-9-]+$/.test(map);
  const file = builtIn ? builtMap(map) : resolve(map);
  const hint = builtIn ? 'Make it with "npm run build".' : `Leave --map out for ${DEFAULT_MAP}.`;
  try {
    return decodeGraph(await readFile(file));
  } catch (error) {
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
