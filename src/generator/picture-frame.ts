import type { RoadGraph } from './map/graph.ts';

/** Where the Earth lies on a picture: in pixels from its upper left corner. */
export interface PictureFrame {
  readonly width: number;
  readonly height: number;
  x(lon: number): number;
  y(lat: number): number;
  readonly metresPerPixel: number;
}

const LONGER_SIDE = 1400;
const SHORTEST_SIDE = 300;
const MARGIN = 20;
const METRES_PER_DEGREE = 111_195;

/** All roads of a map, north up; flat, as a city is. */
export function frameOf({ lon, lat }: Pick<RoadGraph, 'lon' | 'lat'>): PictureFrame {
  const [west, east] = range(lon);
  const [south, north] = range(lat);
  const narrowing = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const [wide, high] = [(east - west) * narrowing, north - south];
  const perDegree = (LONGER_SIDE - 2 * MARGIN) / Math.max(wide, high, 1e-6);
  const side = (degrees: number) => Math.max(SHORTEST_SIDE, Math.ceil(degrees * perDegree) + 2 * MARGIN);
  const [width, height] = [side(wide), side(high)];
  const [left, top] = [(width - wide * perDegree) / 2, (height - high * perDegree) / 2];
  return {
    width,
    height,
    x: (of) => left + (of - west) * narrowing * perDegree,
    y: (of) => top + (north - of) * perDegree,
    metresPerPixel: METRES_PER_DEGREE / perDegree,
  };
}

function range(values: Float64Array): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** A line of an SVG path, which leaves out what is nearer than `apart` pixels to the point before it. */
export interface PathLine {
  to(x: number, y: number): void;
  /** The path's data; empty where the line has no length. @returns its points too */
  end(): { readonly d: string; readonly points: number };
}

export function pathLine(apart: number): PathLine {
  let [d, points] = ['', 0];
  let last: readonly [number, number] | undefined;
  let skipped: readonly [number, number] | undefined;
  const add = (x: number, y: number) => {
    // Relative, in tenths of a pixel: half as long, and no rounding adds up, because it counts from what was written.
    const at = [tenths(x), tenths(y)] as const;
    d += last === undefined ? `M${at[0] / 10} ${at[1] / 10}` : `l${(at[0] - last[0]) / 10} ${(at[1] - last[1]) / 10}`;
    last = at;
    points++;
  };
  return {
    to(x, y) {
      if (last !== undefined && Math.hypot(x - last[0] / 10, y - last[1] / 10) < apart) {
        skipped = [x, y];
        return;
      }
      add(x, y);
      skipped = undefined;
    },
    end() {
      if (skipped && last && (tenths(skipped[0]) !== last[0] || tenths(skipped[1]) !== last[1])) add(...skipped);
      return points < 2 ? { d: '', points: 0 } : { d, points };
    },
  };
}

function tenths(pixels: number): number {
  return Math.round(pixels * 10);
}
