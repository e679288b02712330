import { readFile } from 'node:fs/promises';
import { messageOf, SetupError } from '../../errors.ts';
import { decodeGraph, type RoadGraph } from './graph.ts';

export const DEFAULT_MAP = 'gothenburg';

/** The road network that the build makes of an OpenStreetMap extract (scripts/build.js). @throws SetupError where it has not run. */
export async function defaultMap(): Promise<RoadGraph> {
  // From src/generator/map/ and from dist/src/generator/map/ alike.
  const inDist = import.meta.url.endsWith('.ts') ? '../../../dist/maps' : '../../../maps';
  const file = new URL(`${inDist}/${DEFAULT_MAP}.graph`, import.meta.url);
  try {
    return decodeGraph(await readFile(file));
  } catch (error) {
    throw new SetupError(`cannot read the default map ${file.pathname}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Make it with "npm run build".',
    });
  }
}
