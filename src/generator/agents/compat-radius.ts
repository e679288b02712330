import type { Position } from '../../model.ts';

const RADIANS = Math.PI / 180;
/** Turf measures on a ball of the Earth's mean radius, and Web Mercator on one of its equatorial radius. */
const MEAN_BY_EQUATORIAL = 6_371_008.8 / 6_378_137;
/** It draws the disc as a polygon of 32 corners on the circle; this is the radius of a disc of the same area. */
const CORNERS = 32;
const POLYGON = Math.sqrt((CORNERS / (2 * Math.PI)) * Math.sin((2 * Math.PI) / CORNERS));

/**
 * What becomes of a radius in trip-simulator, by version 5.1 of Turf's `buffer`: it draws the disc on Web Mercator, where
 * a kilometre shrinks with the cosine of the latitude, or above 50° N on a transverse Mercator whose axes it takes one
 * for the other. (Measured: 0.931 of what was asked for in Honolulu, 0.924 in Gothenburg, 0.644 just south of 50° N.)
 */
export function shrunkRadius(km: number, [lon, lat]: Position): number {
  if (lat <= 50) return km * Math.cos(lat * RADIANS) * MEAN_BY_EQUATORIAL * POLYGON;
  const off = Math.sin((lon - lat) * RADIANS) * Math.cos(lat * RADIANS);
  return km * Math.sqrt(1 - off * off) * POLYGON;
}
