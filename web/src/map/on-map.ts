/** Where devices are on a map: what both maps ask. */
import { useRef } from 'react';
import type { Bounds } from '../config.ts';
import { STALE_MS } from '../fleet/census.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { toX, toY } from '../fleet/geo.ts';
import { usePage } from '../page-context.ts';
import type { Trail } from '../trail/use-trail.ts';
import type { Colours } from './colours.ts';
import type { Look } from './device-layer.ts';

/** CSS pixels around a marker that count as a hit: a fingertip's half. */
export const REACH_PX = 14;
/** Where the page shows one device; MapLibre's zoom. */
export const CLOSE_ZOOM = 14.5;

export interface MapProps {
  readonly colours: Colours;
  /** The group that is looked at; undefined: all of them. */
  readonly tracker: string | undefined;
  /** The device that is looked at, as an index into the fleet. */
  readonly selected: number | undefined;
  readonly trail: Trail | undefined;
  /** Whether the map keeps the device in its middle. */
  readonly following: boolean;
  readonly onFollow: (following: boolean) => void;
  readonly onPick: (id: string) => void;
}

/** One object for as long as the map is there: what draws each frame reads it, and React only writes it. */
export function useLook({ colours, tracker, selected }: MapProps): Look {
  const { fleet, sampleNow } = usePage().watcher;
  const look = useRef<Look>({ colours, tracker: -1, selected: -1, staleMs: STALE_MS, sampleNow }).current;
  look.colours = colours;
  look.tracker = tracker === undefined ? -1 : fleet.trackers.indexOf(tracker);
  look.selected = selected ?? -1;
  return look;
}

/** The device whose marker is nearest to a point, no further away than `within` (Web Mercator); undefined: none. */
export function nearestTo(
  fleet: Fleet,
  [longitude, latitude]: readonly [number, number],
  within: number,
  now: number,
): number | undefined {
  const [x, y] = [toX(longitude), toY(latitude)];
  let [nearest, least]: [number | undefined, number] = [undefined, within * within];
  for (let index = 0; index < fleet.count; index++) {
    const [shownX, shownY] = fleet.planeAt(index, now);
    const square = (shownX - x) ** 2 + (shownY - y) ** 2;
    if (square < least) [nearest, least] = [index, square];
  }
  return nearest;
}

/** Around the devices of a group, or all; the outermost hundredth on each side is left out. */
export function boundsOf(fleet: Fleet, tracker: string | undefined): Bounds | undefined {
  const wanted = tracker === undefined ? -1 : fleet.trackers.indexOf(tracker);
  const [longitudes, latitudes]: [number[], number[]] = [[], []];
  for (let index = 0; index < fleet.count; index++) {
    if (tracker !== undefined && fleet.trackerIndex(index) !== wanted) continue;
    const [longitude, latitude] = fleet.device(index).position;
    longitudes.push(longitude);
    latitudes.push(latitude);
  }
  if (longitudes.length === 0) return undefined;
  const [west, east] = middle(longitudes);
  const [south, north] = middle(latitudes);
  return [west, south, east, north];
}

function middle(values: number[]): [number, number] {
  values.sort((a, b) => a - b);
  const out = Math.floor(values.length / 100);
  return [values[out]!, values[values.length - 1 - out]!];
}

/** From the last fix but one to where the marker is on its way to the last. */
export function trailEnd(fixes: Trail['fixes'], fleet: Fleet, selected: number | undefined, now: number) {
  const before = fixes.at(-2)?.position;
  const coordinates = before && selected !== undefined ? [[...before], fleet.shownAt(selected, now)] : [];
  return { type: 'LineString' as const, coordinates };
}

/** The trail as GeoJSON: its line as far as the last fix but one, and each fix. */
export function trailShape(trail: Trail | undefined) {
  const fixes = trail?.fixes ?? [];
  const stops = trail?.progress?.stops ?? [];
  const point = (kind: string, position: readonly [number, number]) => ({
    type: 'Feature' as const,
    properties: { kind },
    geometry: { type: 'Point' as const, coordinates: [...position] },
  });
  return {
    type: 'FeatureCollection' as const,
    features: [
      {
        type: 'Feature' as const,
        properties: { kind: 'line' },
        geometry: { type: 'LineString' as const, coordinates: fixes.slice(0, -1).map(({ position }) => [...position]) },
      },
      ...fixes.slice(0, -1).map(({ position }) => point('fix', position)),
      ...stops.map(({ position }) => point('stop', position)),
      ...fixes.slice(0, 1).map(({ position }) => point('start', position)),
    ],
  };
}
