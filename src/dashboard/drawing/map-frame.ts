import type { Position } from '../../model.ts';

/** Where a position lies in a picture: as large as fits, north up, its middle in the middle. */
export interface MapFrame {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
  /** In dots from the upper left corner. */
  place(position: Position): { x: number; y: number };
  /** Metres that a dot is wide. */
  readonly metresPerDot: number;
}

const METRES_PER_DEGREE = 111_320;
/** A fleet that stands still is shown in a street of this length, degrees. */
const LEAST_DEGREES = 0.002;

/** @param width in dots, as `height`; a terminal's dots are about as wide as high */
export function mapFrame(positions: readonly Position[], width: number, height: number): MapFrame | undefined {
  if (positions.length === 0) return undefined;
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [longitude, latitude] of positions) {
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
    south = Math.min(south, latitude);
    north = Math.max(north, latitude);
  }
  const [middleX, middleY] = [(west + east) / 2, (south + north) / 2];
  const narrowing = Math.max(0.01, Math.cos((middleY * Math.PI) / 180));
  // Degrees of latitude per dot; a degree of longitude is `narrowing` as long.
  const degrees = Math.max(
    (Math.max(LEAST_DEGREES, east - west) * narrowing) / (width - 1),
    Math.max(LEAST_DEGREES, north - south) / (height - 1),
  );
  return {
    west,
    east,
    south,
    north,
    metresPerDot: degrees * METRES_PER_DEGREE,
    place: ([longitude, latitude]) => ({
      x: (width - 1) / 2 + ((longitude - middleX) * narrowing) / degrees,
      y: (height - 1) / 2 - (latitude - middleY) / degrees,
    }),
  };
}

/** A length that is told easily, and fills at most `most` metres. */
export function roundLength(most: number): { metres: number; text: string } {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  const metres = ([5, 2, 1].find((factor) => factor * power <= most) ?? 1) * power;
  return { metres, text: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
}
