import { readFile } from 'node:fs/promises';
import { messageOf, UsageError } from '../../errors.ts';
import { mapFromGeoJson, type RoadCollection } from './from-geojson.ts';
import type { RoadMap } from './road-map.ts';
import type { Vehicle } from './vehicles.ts';

type Feature = RoadCollection['features'][number];

const HINT =
  'Roads are a FeatureCollection of LineStrings with the tags of OpenStreetMap ("highway" and so on) as properties.';

/** How deep the coordinates of a geometry lie: lists of lists of places. Other geometries are passed over. */
const DEPTH: Readonly<Record<string, number>> = { Point: 0, LineString: 1, MultiLineString: 2, Polygon: 2 };

/** @throws UsageError that says what is wrong, and in which line or feature. */
export async function readGeoJson(name: string, path: string, vehicle: Vehicle): Promise<RoadMap> {
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  const fail = (what: string): never => {
    throw new UsageError(`cannot read the map ${path}: ${what}`, { hint: HINT });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    fail(`${lineOf(text, messageOf(error))}it is no JSON: ${messageOf(error)}`);
  }
  const { features, copyright, attribution } = (value ?? {}) as Record<string, unknown>;
  if (!Array.isArray(features)) return fail('it has no "features"');
  for (const [i, feature] of features.entries()) {
    const wrong = problemOf(feature);
    if (wrong) fail(`feature ${i + 1} of ${features.length} ${wrong}`);
  }
  const source = [attribution, copyright].find((one) => typeof one === 'string');
  return mapFromGeoJson({ name, attribution: source ?? '' }, { features: features as Feature[] }, vehicle);
}

function problemOf(feature: unknown): string | undefined {
  if (!isObject(feature)) return 'is no object';
  const { geometry, properties } = feature;
  if (properties !== null && properties !== undefined && !isObject(properties))
    return 'has properties that are no object';
  if (geometry === null || geometry === undefined) return undefined;
  if (!isObject(geometry) || typeof geometry.type !== 'string') return 'has a geometry without a type';
  const depth = DEPTH[geometry.type];
  if (depth === undefined || arePlaces(geometry.coordinates, depth)) return undefined;
  return `is a ${geometry.type} whose coordinates are not [longitude, latitude] in degrees`;
}

function arePlaces(value: unknown, depth: number): boolean {
  if (!Array.isArray(value)) return false;
  if (depth > 0) return value.every((one) => arePlaces(one, depth - 1));
  const [lon, lat] = value as unknown[];
  return typeof lon === 'number' && Math.abs(lon) <= 180 && typeof lat === 'number' && Math.abs(lat) <= 90;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Node says at which character JSON goes wrong, or what stands there, or nothing. */
function lineOf(text: string, message: string): string {
  const position = /at position ([0-9]+)/.exec(message)?.[1];
  const quoted = /, (?:\.\.\.)?"(.*?)"(?:\.\.\.)? is not valid JSON/s.exec(message)?.[1];
  const at = message.includes('end of JSON')
    ? text.length
    : position
      ? Number(position)
      : quoted
        ? text.indexOf(quoted)
        : -1;
  return at === -1 ? '' : `line ${text.slice(0, at).split('\n').length}: `;
}
