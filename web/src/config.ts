/** What the page is told where it is deployed: config.json beside it, made by the stand-in or by the deployment. */

/** Where the roads under the devices come from. */
export type BaseMap =
  /** Vector tiles with a layer `roads` and its property `class`; `bounds` is [west, south, east, north], degrees. */
  | { readonly tiles: string; readonly bounds?: Bounds; readonly attribution: string; readonly name?: string }
  /** One PMTiles file, our roads or the Protomaps base map. */
  | { readonly pmtiles: string; readonly bounds?: Bounds; readonly attribution: string }
  /** A MapLibre style of somebody else, such as Amazon Location's; it brings its own attribution. */
  | { readonly style: string; readonly darkStyle?: string; readonly bounds?: Bounds; readonly attribution?: string };

export type Bounds = readonly [west: number, south: number, east: number, north: number];

export interface Config {
  /** The query API, up to and including the stage; without a slash at its end. */
  readonly api: string;
  readonly trackers: readonly string[];
  /** Server-sent events, where there are any. */
  readonly push: string | null;
  readonly map: BaseMap | null;
  /** From the beginning of one look at all trackers to that of the next, at best. */
  readonly pollMs: number;
  /** Requests a second that this viewer allows itself. */
  readonly readsPerSecond: number;
  /** A header that the API asks for; its value is asked of the viewer and kept in memory alone. */
  readonly auth: { readonly header: string } | null;
}

/**
 * Amazon Location answers 50 ListDevicePositions a second for a whole account and Region (service quotas), so five
 * viewers that keep to this fit in it.
 */
const READS_PER_SECOND = 10;

/** @throws Error where there is none, or it does not say which API to ask */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`config.json: HTTP ${response.status}`);
  return readConfig(await response.json());
}

/** @throws Error that names the field */
export function readConfig(json: unknown): Config {
  const raw = Object(json) as Record<string, unknown>;
  const { api, trackerPrefix, trackerCount, push, map, auth } = raw;
  if (typeof api !== 'string') throw new Error('config.json: "api" must be the address of the query API');
  if (typeof trackerPrefix !== 'string' || !isCount(trackerCount)) {
    throw new Error('config.json: "trackerPrefix" and "trackerCount" must say which trackers there are');
  }
  const header = (Object(auth) as { header?: unknown }).header;
  const asksFor = typeof header === 'string' ? { header } : null;
  return {
    api: api.replace(/\/+$/, ''),
    trackers: Array.from({ length: trackerCount }, (_, i) => `${trackerPrefix}${i}`),
    // A browser's event stream carries no header of ours.
    push: typeof push === 'string' && asksFor === null ? push : null,
    map: readMap(map),
    pollMs: positive(raw.pollSeconds, 2) * 1000,
    readsPerSecond: positive(raw.readsPerSecond, READS_PER_SECOND),
    auth: asksFor,
  };
}

function readMap(map: unknown): BaseMap | null {
  const { tiles, pmtiles, style } = Object(map) as Record<string, unknown>;
  return [tiles, pmtiles, style].some((address) => typeof address === 'string') ? (map as BaseMap) : null;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

function positive(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value > 0 ? value : otherwise;
}
