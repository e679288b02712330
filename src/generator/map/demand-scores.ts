import { tileKey, tileX, tileY } from './tiles.ts';

/** Scores of places, by tile: how often trips begin and end there. */
export interface DemandScores {
  place(lon: number, lat: number, score: number): void;
  /** A row of points, closed or not: every tile that it crosses. */
  line(lon: ArrayLike<number>, lat: ArrayLike<number>, score: number): void;
  tiles(): DemandTiles;
}

/** Tiles that have a score, in ascending order of `tileKey`, and the sum of the scores up to and with each. */
export interface DemandTiles {
  readonly tile: Float64Array;
  readonly sum: Float64Array;
}

export function newScores(): DemandScores {
  const scores = new Map<number, number>();
  const add = (key: number, score: number) => {
    if (score > 0) scores.set(key, (scores.get(key) ?? 0) + score);
  };
  return {
    place: (lon, lat, score) => add(tileKey(tileX(lon), tileY(lat)), score),
    line(lon, lat, score) {
      if (score === 0) return;
      const crossed = new Set<number>();
      for (let i = 0; i < lon.length; i++) {
        const j = Math.max(0, i - 1);
        cross([tileX(lon[j]!), tileY(lat[j]!)], [tileX(lon[i]!), tileY(lat[i]!)], crossed);
      }
      for (const key of crossed) add(key, score);
    },
    tiles() {
      const tile = Float64Array.from(scores.keys()).sort();
      let total = 0;
      const sum = tile.map((key) => {
        total += scores.get(key)!;
        return total;
      });
      return { tile, sum };
    },
  };
}

/** No way in a map file is so long that this many tiles are not enough; a broken one may be. */
const MOST_TILES = 10_000;

/** Adds the tiles on the straight line from a to b, both in tiles. */
function cross([ax, ay]: [number, number], [bx, by]: [number, number], crossed: Set<number>): void {
  let [x, y] = [Math.floor(ax), Math.floor(ay)];
  const [endX, endY] = [Math.floor(bx), Math.floor(by)];
  crossed.add(tileKey(x, y));
  if (Math.abs(endX - x) + Math.abs(endY - y) > MOST_TILES) return;
  const [stepX, stepY] = [Math.sign(bx - ax), Math.sign(by - ay)];
  // Shares of the line at which it passes the next border each way.
  const [acrossX, acrossY] = [1 / Math.abs(bx - ax), 1 / Math.abs(by - ay)];
  let nextX = (stepX > 0 ? x + 1 - ax : ax - x) * acrossX;
  let nextY = (stepY > 0 ? y + 1 - ay : ay - y) * acrossY;
  while (x !== endX || y !== endY) {
    if (x !== endX && (y === endY || nextX < nextY)) {
      x += stepX;
      nextX += acrossX;
    } else {
      y += stepY;
      nextY += acrossY;
    }
    crossed.add(tileKey(x, y));
  }
}
