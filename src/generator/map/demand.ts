import type { Position } from '../../model.ts';
import type { DemandTiles } from './demand-scores.ts';
import { METRES_PER_DEGREE } from './distance.ts';
import { latOf, lonOf, tileOf, tileX, tileY } from './tiles.ts';

/** Where the draws come from: a fraction in [0, 1). */
interface Fractions {
  fraction(): number;
}

/** Where people want to be: tiles are drawn by their scores, and a place anywhere in the tile. */
export interface Demand {
  pick(random: Fractions): Position;
  /** In a tile that lies within so many kilometres, at least in part; undefined where none of them has a score. */
  pickWithin(random: Fractions, around: Position, km: number): Position | undefined;
}

/**
 * Rows of tiles with running sums: what a disc holds is, row by row, the difference of two of them (trip-simulator
 * weighs each of its 13,000 tiles for every trip).
 */
export function newDemand({ tile, sum }: DemandTiles): Demand {
  const total = sum.at(-1)!;
  const rows = rowsOf(tile);
  const { firstRow, first, column } = rows;
  const lastRow = firstRow + first.length - 2;
  // Of the rows within the disc: where each begins, and the sum up to its end.
  const begins = new Uint32Array(first.length);
  const sums = new Float64Array(first.length);
  const before = (at: number) => (at === 0 ? 0 : sum[at - 1]!);

  const placeIn = (random: Fractions, at: number): Position => {
    const [x, y] = tileOf(tile[at]!);
    return [lonOf(x + random.fraction()), latOf(y + random.fraction())];
  };
  return {
    pick: (random) => placeIn(random, firstAbove(sum, random.fraction() * total, 0, sum.length - 1)),
    pickWithin(random, [lon, lat], km) {
      const reach = (km * 1000) / METRES_PER_DEGREE;
      const middle = Math.floor(tileY(lat));
      const top = Math.max(firstRow, Math.floor(tileY(lat + reach)));
      const bottom = Math.min(lastRow, Math.floor(tileY(lat - reach)));
      let [inside, count] = [0, 0];
      for (let row = top; row <= bottom; row++) {
        // The disc is widest where the row comes nearest to its middle.
        const border = row - firstRow + (row < middle ? 1 : 0);
        const y = row === middle ? 0 : rows.lat[border]! - lat;
        const widest = Math.sqrt(Math.max(0, reach * reach - y * y));
        const width = widest / (row === middle ? Math.cos((lat * Math.PI) / 180) : rows.cosine[border]!);
        const [from, to] = [first[row - firstRow]!, first[row - firstRow + 1]!];
        const begin = firstAtLeast(column, Math.floor(tileX(lon - width)), from, to);
        const end = firstAtLeast(column, Math.floor(tileX(lon + width)) + 1, begin, to);
        if (end === begin) continue;
        inside += before(end) - before(begin);
        begins[count] = begin;
        sums[count++] = inside;
      }
      if (!(inside > 0)) return undefined;
      const drawn = random.fraction() * inside;
      const row = firstAbove(sums, drawn, 0, count - 1);
      const offset = drawn - (row === 0 ? 0 : sums[row - 1]!);
      return placeIn(random, firstAbove(sum, before(begins[row]!) + offset, begins[row]!, tile.length - 1));
    },
  };
}

/** Tiles of row r are first[r - firstRow] … first[r - firstRow + 1] - 1, and its northern border is that of its place. */
interface Rows {
  readonly firstRow: number;
  readonly first: Uint32Array;
  readonly column: Uint32Array;
  /** Degrees, and their cosines. */
  readonly lat: Float64Array;
  readonly cosine: Float64Array;
}

function rowsOf(tile: Float64Array): Rows {
  const [firstRow, lastRow] = [tileOf(tile[0]!)[1], tileOf(tile.at(-1)!)[1]];
  const first = new Uint32Array(lastRow - firstRow + 2);
  for (const key of tile) first[tileOf(key)[1] - firstRow + 1]!++;
  for (let row = 1; row < first.length; row++) first[row]! += first[row - 1]!;
  const lat = Float64Array.from(first, (_, row) => latOf(firstRow + row));
  return {
    firstRow,
    first,
    column: Uint32Array.from(tile, (key) => tileOf(key)[0]),
    lat,
    cosine: lat.map((degrees) => Math.cos((degrees * Math.PI) / 180)),
  };
}

/** The first place whose value is above `value`; the last place where none is. */
function firstAbove(values: Float64Array, value: number, from: number, last: number): number {
  let [low, high] = [from, last];
  while (low < high) {
    const half = (low + high) >> 1;
    if (values[half]! > value) high = half;
    else low = half + 1;
  }
  return low;
}

/** The first place from `from` whose value is at least `value`; `to` where there is none before. */
function firstAtLeast(values: Uint32Array, value: number, from: number, to: number): number {
  // Most rows of a large disc lie in it from end to end.
  if (from === to || values[from]! >= value) return from;
  if (values[to - 1]! < value) return to;
  let [low, high] = [from, to];
  while (low < high) {
    const half = (low + high) >> 1;
    if (values[half]! >= value) high = half;
    else low = half + 1;
  }
  return low;
}
