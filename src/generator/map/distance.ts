/** The mean radius of the Earth (IUGG), 6,371,008.8 m, times π / 180. */
export const METRES_PER_DEGREE = 111_195.0797;
const RADIANS = Math.PI / 180;

/** Metres between places near each other: on the plane that touches the Earth half way. */
export function metresBetween(lonA: number, latA: number, lonB: number, latB: number): number {
  const x = (lonB - lonA) * Math.cos(((latA + latB) / 2) * RADIANS);
  const y = latB - latA;
  return Math.sqrt(x * x + y * y) * METRES_PER_DEGREE;
}

/** Degrees clockwise from north, 0 … 360, from one place towards another near it. */
export function bearing(lonA: number, latA: number, lonB: number, latB: number): number {
  const x = (lonB - lonA) * Math.cos(((latA + latB) / 2) * RADIANS);
  const degrees = Math.atan2(x, latB - latA) / RADIANS;
  return degrees < 0 ? degrees + 360 : degrees;
}
