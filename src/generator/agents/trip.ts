import type { RouteLine } from '../map/route-line.ts';
import type { Trip, Vertices } from './agent.ts';
import type { FixKind, Noise } from './compat-noise.ts';

/** When and how far. */
export interface Drive {
  /** Whole epoch ms. */
  readonly startTime: number;
  readonly seconds: number;
  readonly line: RouteLine;
}

/** @param spread whether vertices are stamped with the time of driving there, or a second apart, as trip-simulator does */
export function tripOf({ startTime, seconds, line }: Drive, { lon, lat }: Vertices, spread: boolean): Trip {
  const metres = line.metres.at(-1)!;
  const msPerMetre = metres > 0 ? (seconds * 1000) / metres : 0;
  return {
    startTime,
    endTime: startTime + seconds * 1000,
    seconds,
    metres,
    lon,
    lat,
    times: line.metres.map((along, vertex) => startTime + (spread ? Math.round(along * msPerMetre) : vertex * 1000)),
  };
}

/** A line's vertices as the receiver has them. */
export function noisy(noise: Noise, kind: FixKind, second: number, line: RouteLine): Vertices {
  const [lon, lat] = [new Float64Array(line.lon.length), new Float64Array(line.lat.length)];
  for (let vertex = 0; vertex < lon.length; vertex++) {
    noise.move(kind, second, vertex, line.lon[vertex]!, line.lat[vertex]!);
    lon[vertex] = noise.lon;
    lat[vertex] = noise.lat;
  }
  return { lon, lat };
}

/** A line up to a place on it. */
export function cut(line: RouteLine, metres: number, lon: number, lat: number): RouteLine {
  const beyond = line.metres.findIndex((along) => along >= metres);
  const kept = beyond < 0 ? line.metres.length : beyond;
  const upTo = (values: Float64Array, last: number) => Float64Array.of(...values.subarray(0, kept), last);
  return { lon: upTo(line.lon, lon), lat: upTo(line.lat, lat), metres: upTo(line.metres, metres) };
}
