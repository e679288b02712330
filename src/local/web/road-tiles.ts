/** The roads of a map as vector tiles, cut when they are asked for: the page's base map, without a network. */
import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import { messageOf } from '../../errors.ts';
import { ROAD_CLASSES, type RoadGraph } from '../../generator/map/graph.ts';
import { readMap } from '../../generator/map/read-map.ts';
import type { Api } from '../http.ts';
import type { PageConfig } from './page.ts';

export interface RoadTiles {
  /** For the page's settings; null where the map cannot be read, which is logged. */
  settings(): Promise<PageConfig['map']>;
  /** `GET /tiles/{z}/{x}/{y}.mvt`: one layer, `roads`, whose features have a `class`. */
  readonly api: Api;
}

/** A metre is half a pixel there; the page enlarges beyond. */
const MOST_ZOOM = 14;
/** Far out only the roads that lead somewhere; from this zoom on, by class. */
const FROM_ZOOM: Readonly<Record<string, number>> = { motorway: 0, trunk: 0, primary: 8, secondary: 10, tertiary: 11 };
const OTHERS_FROM_ZOOM = 12;

/** Reads the map when the page is first opened. */
export function roadTiles(map: string, log: (line: string) => void): RoadTiles {
  let reading: Promise<{ settings: NonNullable<PageConfig['map']>; tile: Tile } | undefined> | undefined;
  const read = () => {
    reading ??= readMap(map).then(
      ({ graph }) => ({ settings: settingsOf(graph), tile: tilesOf(graph) }),
      (error) => {
        log(`the page has no roads to show: ${messageOf(error)}`);
        return undefined;
      },
    );
    return reading;
  };
  return {
    settings: async () => (await read())?.settings ?? null,
    async api({ method, path }) {
      if (method !== 'GET' || path[0] !== 'tiles' || path.length !== 4) return undefined;
      const [z, x, y] = [path[1]!, path[2]!, path[3]!.replace(/\.mvt$/, '')].map((part) =>
        /^[0-9]{1,7}$/.test(part) ? Number(part) : Number.NaN,
      ) as [number, number, number];
      if (!(z <= MOST_ZOOM && x < 2 ** z && y < 2 ** z))
        return { status: 404, body: { message: 'There is no such tile' } };
      const bytes = (await read())?.tile(z, x, y);
      if (!bytes) return { status: 204 };
      const headers = { 'content-type': 'application/vnd.mapbox-vector-tile', 'cache-control': 'no-cache' };
      return { status: 200, headers, body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
    },
  };
}

type Tile = (z: number, x: number, y: number) => Uint8Array | undefined;

function tilesOf(graph: RoadGraph): Tile {
  const index = new GeoJSONVT(
    { type: 'FeatureCollection', features: roadsOf(graph) },
    { maxZoom: MOST_ZOOM, indexMaxZoom: 0, tolerance: 3, buffer: 64 },
  );
  return (z, x, y) => {
    const tile = index.getTile(z, x, y);
    if (!tile) return undefined;
    const features = tile.features.filter(
      ({ tags }: { tags: Record<string, unknown> | null }) => z >= (FROM_ZOOM[String(tags?.class)] ?? OTHERS_FROM_ZOOM),
    );
    return features.length === 0 ? undefined : fromGeojsonVt({ roads: { ...tile, features } }, { version: 2 });
  };
}

/** Each road once, whichever ways it may be driven. */
function roadsOf({ lon, lat, from, to, twin, roadClass, firstBend, bendLon, bendLat }: RoadGraph) {
  const features = [];
  for (let edge = 0; edge < to.length; edge++) {
    if (twin[edge]! >= 0 && twin[edge]! < edge) continue;
    const coordinates = [[lon[from[edge]!]!, lat[from[edge]!]!]];
    for (let bend = firstBend[edge]!; bend < firstBend[edge + 1]!; bend++)
      coordinates.push([bendLon[bend]!, bendLat[bend]!]);
    coordinates.push([lon[to[edge]!]!, lat[to[edge]!]!]);
    // A link is part of the road that it leads to.
    const properties = { class: ROAD_CLASSES[roadClass[edge]!]!.replace('_link', '') };
    features.push({ type: 'Feature' as const, properties, geometry: { type: 'LineString' as const, coordinates } });
  }
  return features;
}

function settingsOf({ lon, lat, attribution, name }: RoadGraph): NonNullable<PageConfig['map']> {
  const bounds: [number, number, number, number] = [180, 90, -180, -90];
  for (let node = 0; node < lon.length; node++) {
    bounds[0] = Math.min(bounds[0], lon[node]!);
    bounds[1] = Math.min(bounds[1], lat[node]!);
    bounds[2] = Math.max(bounds[2], lon[node]!);
    bounds[3] = Math.max(bounds[3], lat[node]!);
  }
  return { tiles: '/tiles/{z}/{x}/{y}.mvt', bounds, attribution, name };
}
