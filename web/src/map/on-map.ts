/** Where devices are on a map: what both maps ask. */
import type { Bounds } from '../config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { toX, toY } from '../fleet/geo.ts';
import type { Trail } from '../trail/use-trail.ts';
import type { Colours } from './colours.ts';

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

/** The trail as GeoJSON: its line, and each fix. */
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
        geometry: { type: 'LineString' as const, coordinates: fixes.map(({ position }) => [...position]) },
      },
      ...fixes.map(({ position }) => point('fix', position)),
      ...stops.map(({ position }) => point('stop', position)),
      ...fixes.slice(0, 1).map(({ position }) => point('start', position)),
    ],
  };
}
