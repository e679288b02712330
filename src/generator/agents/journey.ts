import type { AgentRandom } from '../agent-random.ts';
import type { RoadGraph } from '../map/graph.ts';
import type { Route } from '../map/route.ts';
import { routeLine } from '../map/route-line.ts';
import { bearings, cornersOf } from './corners.ts';
import { driveProfile, profileCursor, timesAt } from './drive-profile.ts';
import { type Driver, roadStretches } from './road-stretches.ts';

/** Where a car is: written by `Journey.moveTo`. */
export interface Place {
  lon: number;
  lat: number;
  /** m/s. */
  speed: number;
  /** Degrees clockwise from north; NaN where unknown. */
  heading: number;
}

/** One drive from standing to standing. */
export interface Journey {
  readonly metres: number;
  readonly seconds: number;
  /** The line that is driven, WGS84 degrees. */
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  /** @param seconds since it began; never less than in the call before */
  moveTo(seconds: number, place: Place): void;
  /** Seconds since it began, by vertex of the line. */
  times(): Float64Array;
}

export function newJourney(graph: RoadGraph, route: Route, driver: Driver, random: AgentRandom): Journey {
  const { lon, lat, metres: marks } = routeLine(graph, route);
  const headings = bearings(lon, lat);
  const metres = marks.at(-1) ?? 0;
  const profile = driveProfile(roadStretches(graph, route, metres, cornersOf(headings, marks), driver, random));
  return { metres, seconds: profile.seconds, lon, lat, times: () => timesAt(profile, marks), moveTo: onLine() };

  function onLine(): Journey['moveTo'] {
    const cursor = profileCursor(profile);
    let vertex = 0;
    return (seconds, place) => {
      cursor.moveTo(seconds);
      const { metres: at, speed } = cursor;
      while (vertex < marks.length - 2 && marks[vertex + 1]! <= at) vertex++;
      const length = (marks[vertex + 1] ?? 0) - marks[vertex]!;
      const share = length > 0 ? Math.min(1, (at - marks[vertex]!) / length) : 0;
      const next = Math.min(vertex + 1, lon.length - 1);
      place.lon = lon[vertex]! + (lon[next]! - lon[vertex]!) * share;
      place.lat = lat[vertex]! + (lat[next]! - lat[vertex]!) * share;
      place.speed = speed;
      const heading = headings[vertex] ?? Number.NaN;
      if (!Number.isNaN(heading)) place.heading = heading;
    };
  }
}
