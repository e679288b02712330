/** The polygon that a list of positions may be filtered by: linear rings, the first outside, the others holes. */
import type { Position } from '../../model.ts';
import { invalid } from './errors.ts';

export type Polygon = readonly (readonly Position[])[];

/** @throws LocationError where a ring is not closed or lies off the map. */
export function checkPolygon(polygon: Polygon): void {
  for (const ring of polygon) {
    const [first, last] = [ring[0]!, ring.at(-1)!];
    if (first[0] !== last[0] || first[1] !== last[1])
      throw invalid('FilterGeometry.Polygon: the first and the last position of a ring must be the same');
    if (!ring.every(([lon, lat]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90))
      throw invalid('FilterGeometry.Polygon: a position lies outside of -180 to 180, -90 to 90 degrees');
  }
}

export function inPolygon([outer, ...holes]: Polygon, at: Position): boolean {
  return outer !== undefined && inRing(outer, at) && !holes.some((hole) => inRing(hole, at));
}

/** A ray to the east crosses the ring an odd number of times. */
function inRing(ring: readonly Position[], [x, y]: Position): boolean {
  let inside = false;
  for (let i = 1; i < ring.length; i++) {
    const [x1, y1] = ring[i - 1]!;
    const [x2, y2] = ring[i]!;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  }
  return inside;
}
