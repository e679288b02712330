/** The roads of a map as vector tiles, cut when they are asked for: the page's base map, without a network. */
import { messageOf } from '../../errors.ts';
import type { RoadGraph } from '../../generator/map/graph.ts';
import type { Api } from '../http.ts';
import type { PageConfig } from './page.ts';
import type { Tile } from './tile-cutter.ts';

export interface RoadTiles {
  /** For the page's settings; null where the map cannot be read, which is logged. */
  settings(): Promise<PageConfig['map']>;
  /** `GET /tiles/{z}/{x}/{y}.mvt`: one layer, `roads`, whose features have a `class`. */
  readonly api: Api;
}

/** A metre is half a pixel there; the page enlarges beyond. */
const MOST_ZOOM = 14;

/** Reads the map when the page is first opened, and loads what that takes. */
export function roadTiles(map: string, log: (line: string) => void): RoadTiles {
  let reading: Promise<Roads | undefined> | undefined;
  const read = () => {
    reading ??= cut(map).catch((error) => {
      log(`the page has no roads to show: ${messageOf(error)}`);
      return undefined;
    });
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

interface Roads {
  readonly settings: NonNullable<PageConfig['map']>;
  readonly tile: Tile;
}

async function cut(map: string): Promise<Roads> {
  const [{ readMap }, { tilesOf }] = await Promise.all([
    import('../../generator/map/read-map.ts'),
    import('./tile-cutter.ts'),
  ]);
  const { graph } = await readMap(map);
  return { settings: settingsOf(graph), tile: tilesOf(graph, MOST_ZOOM) };
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
