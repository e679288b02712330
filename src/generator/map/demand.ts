import type { Position } from '../../model.ts';
import type { DemandTiles } from './demand-scores.ts';
import { METRES_PER_DEGREE } from './distance.ts';
import { latOf, lonOf, tileKey, tileOf, tileX, tileY } from './tiles.ts';

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
  const [firstRow, lastRow] = [tileOf(tile[0]!)[1], tileOf(tile.at(-1)!)[1]];
  // Of the rows within the disc: where each begins, and the sum up to its end.
  let begins = new Uint32Array(256);
  let sums = new Float64Array(256);
  const before = (at: number) => (at === 0 ? 0 : sum[at - 1]!);

  const placeIn = (random: Fractions, at: number): Position => {
    const [x, y] = tileOf(tile[at]!);
    return [lonOf(x + random.fraction()), latOf(y + random.fraction())];
  };
  return {
    pick: (random) => placeIn(random, firstAbove(sum, random.fraction() * total, 0, sum.length - 1)),
    pickWithin(random, [lon, lat], km) {
      const reach = (km * 1000) / METRES_PER_DEGREE;
      const centre = Math.floor(tileY(lat));
      const [top, bottom] = [
        Math.max(firstRow, Math.floor(tileY(lat + reach))),
        Math.min(lastRow, Math.floor(tileY(lat - reach))),
      ];
      if (bottom - top >= begins.length) {
        begins = new Uint32Array(2 * (bottom - top));
        sums = new Float64Array(2 * (bottom - top));
      }
      let [inside, rows] = [0, 0];
      for (let row = top; row <= bottom; row++) {
        // The disc is widest where the row comes nearest to its middle.
        const nearest = row === centre ? lat : latOf(row < centre ? row + 1 : row);
        const y = nearest - lat;
        const width = Math.sqrt(Math.max(0, reach * reach - y * y)) / Math.cos((nearest * Math.PI) / 180);
        const begin = firstAtLeast(tile, tileKey(Math.max(0, tileX(lon - width)), row));
        const end = firstAtLeast(tile, tileKey(tileX(lon + width), row) + 1);
        if (end <= begin) continue;
        inside += before(end) - before(begin);
        begins[rows] = begin;
        sums[rows++] = inside;
      }
      if (!(inside > 0)) return undefined;
      const drawn = random.fraction() * inside;
      const row = firstAbove(sums, drawn, 0, rows - 1);
      const offset = drawn - (row === 0 ? 0 : sums[row - 1]!);
      return placeIn(random, firstAbove(sum, before(begins[row]!) + offset, begins[row]!, tile.length - 1));
    },
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

function firstAtLeast(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const half = (low + high) >> 1;
    if (values[half]! >= value) high = half;
    else low = half + 1;
  }
  return low;
}
