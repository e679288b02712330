/** Tiles of the Mercator map at zoom 18, about 150 m wide at the equator: the grain of trip-simulator's demand. */
const ACROSS = 2 ** 18;

/** In tiles from the antimeridian; whole numbers are borders. */
export function tileX(lon: number): number {
  return ((lon + 180) / 360) * ACROSS;
}

/** In tiles from the north; kept to the map where a latitude lies beyond it. */
export function tileY(lat: number): number {
  const sine = Math.min(0.9999, Math.max(-0.9999, Math.sin((lat * Math.PI) / 180)));
  return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * ACROSS;
}

export function lonOf(x: number): number {
  return (x / ACROSS) * 360 - 180;
}

export function latOf(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / ACROSS))) * 180) / Math.PI;
}

/** The tile's place among all, row by row from the north-west; a double holds it exactly. */
export function tileKey(x: number, y: number): number {
  return Math.floor(y) * ACROSS + Math.floor(x);
}

/** Column and row of a tile. */
export function tileOf(key: number): [x: number, y: number] {
  return [key % ACROSS, Math.floor(key / ACROSS)];
}
