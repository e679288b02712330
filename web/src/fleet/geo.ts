/** Plane and sphere: degrees, Web Mercator (the world is 1 × 1, north up at 0), metres. */

export const toX = (longitude: number) => (longitude + 180) / 360;

export function toY(latitude: number): number {
  const phi = (latitude * Math.PI) / 180;
  return (1 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / Math.PI) / 2;
}

export const toLongitude = (x: number) => x * 360 - 180;

export const toLatitude = (y: number) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

type Degrees = readonly [longitude: number, latitude: number];

/** Mean radius of the Earth, metres (IUGG). */
const EARTH_M = 6_371_008.8;

/** Metres along the great circle. */
export function distance(a: Degrees, b: Degrees): number {
  const rad = Math.PI / 180;
  const [sinLat, sinLon] = [Math.sin(((b[1] - a[1]) * rad) / 2), Math.sin(((b[0] - a[0]) * rad) / 2)];
  const h = sinLat * sinLat + Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * sinLon * sinLon;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Degrees clockwise from north, [0, 360), from `a` towards `b`; flat, which is enough between two fixes. */
export function bearing(a: Degrees, b: Degrees): number {
  const east = (b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180);
  const degrees = (Math.atan2(east, b[1] - a[1]) * 180) / Math.PI;
  return (degrees + 360) % 360;
}

const WINDS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];

/** The nearest of eight winds. */
export const wind = (degrees: number) => WINDS[Math.round(degrees / 45) % 8]!;
