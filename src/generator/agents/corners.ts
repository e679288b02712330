/** What a car can go round a corner at, whether roads meet there or one bends. */

/** Turning within this many metres is one corner: roundabouts and bends are drawn as many small ones. */
const CORNER_METRES = 20;

/** m/s at a right angle and a bit less round a U-turn: 2.9 / sin(angle / 2)^1.3 gives 4.6 at 90°, 10 at 45°, 2.9 at 180°. */
const [TIGHTEST, SHARPNESS] = [2.9, 1.3];

/** Nobody slows for less. */
const LEAST_DEGREES = 12;

/** @param degrees turned, either way @returns m/s, Infinity where the road is as good as straight */
export function cornerSpeed(degrees: number): number {
  const turned = Math.min(180, Math.abs(degrees));
  if (turned < LEAST_DEGREES) return Number.POSITIVE_INFINITY;
  return TIGHTEST / Math.sin((turned * Math.PI) / 360) ** SHARPNESS;
}

/** The bearing from one vertex of a line to the next, in degrees; NaN between equal ones. */
export function bearings(lon: Float64Array, lat: Float64Array): Float64Array {
  const cosine = Math.cos((lat[0]! * Math.PI) / 180);
  return Float64Array.from({ length: Math.max(0, lon.length - 1) }, (_, i) => {
    const east = (lon[i + 1]! - lon[i]!) * cosine;
    const north = lat[i + 1]! - lat[i]!;
    if (east === 0 && north === 0) return Number.NaN;
    const degrees = (Math.atan2(east, north) * 180) / Math.PI;
    return degrees < 0 ? degrees + 360 : degrees;
  });
}

/** From one bearing to another, -180 … 180. */
export function turnBetween(before: number, after: number): number {
  return ((((after - before + 540) % 360) + 360) % 360) - 180;
}

/** Where on a line, in metres from its beginning, and at how many m/s at most. */
export interface Corner {
  readonly metres: number;
  readonly speed: number;
}

/**
 * The corners along a line, ascending.
 * @param headings as `bearings` gives them @param metres by vertex, cumulative
 */
export function cornersOf(headings: Float64Array, metres: Float64Array): Corner[] {
  const corners: Corner[] = [];
  let [before, first, sum] = [Number.NaN, 1, 0];
  const turns = new Float64Array(headings.length);
  for (const [i, heading] of headings.entries()) {
    if (Number.isNaN(heading)) continue;
    const turn = Number.isNaN(before) ? 0 : turnBetween(before, heading);
    before = heading;
    turns[i] = turn;
    sum += turn;
    while (metres[i]! - metres[first]! > CORNER_METRES) sum -= turns[first++]!;
    if (turn === 0) continue;
    const speed = cornerSpeed(Math.max(Math.abs(sum), Math.abs(turn)));
    if (Number.isFinite(speed)) corners.push({ metres: metres[i]!, speed });
  }
  return corners;
}
