import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentRandom, PURPOSE } from '../../../src/generator/agent-random.ts';
import { newDemand } from '../../../src/generator/map/demand.ts';
import { newScores } from '../../../src/generator/map/demand-scores.ts';
import { metresBetween } from '../../../src/generator/map/distance.ts';
import { latOf, lonOf, tileKey, tileX, tileY } from '../../../src/generator/map/tiles.ts';

const LON = 12;
const LAT = 57;
const [X, Y] = [Math.floor(tileX(LON)), Math.floor(tileY(LAT))];
const middle = (column: number, row: number): [number, number] => [lonOf(X + column + 0.5), latOf(Y + row + 0.5)];

describe('demand', () => {
  it('draws tiles by their scores', () => {
    const scores = newScores();
    scores.place(...middle(0, 0), 1);
    scores.place(...middle(3, 1), 2);
    scores.place(...middle(3, 1), 1);
    const demand = newDemand(scores.tiles());
    const random = agentRandom(1, 1, PURPOSE.trips);
    const counts = new Map<string, number>();
    for (let i = 0; i < 4000; i++) {
      const [lon, lat] = demand.pick(random);
      const key = `${Math.floor(tileX(lon)) - X},${Math.floor(tileY(lat)) - Y}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['0,0', '3,1']);
    expect(counts.get('3,1')! / 4000).toBeCloseTo(0.75, 1);
  });

  it('draws within a disc every tile that the disc touches, by its score, and no other', () => {
    const tile = fc.record({ column: fc.nat(40), row: fc.nat(40), score: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(
        fc.array(tile, { minLength: 1, maxLength: 60 }),
        fc.tuple(fc.nat(40), fc.nat(40)),
        fc.double({ min: 0.05, max: 4, noNaN: true }),
        (tiles, [column, row], km) => {
          // The disc is drawn on the plane: of a tile whose nearest point lies on its rim, the sphere may say otherwise.
          const onRim = (metres: number) => Math.abs(metres - km * 1000) < 5 * km;
          fc.pre(!tiles.some((one) => onRim(metresTo(one.column, one.row, middle(column, row)))));
          const scores = newScores();
          for (const one of tiles) scores.place(...middle(one.column, one.row), one.score);
          const around = middle(column, row);
          const touched = new Map<number, number>();
          for (const one of tiles) {
            if (!touches(one.column, one.row, around, km)) continue;
            const key = tileKey(X + one.column, Y + one.row);
            touched.set(key, (touched.get(key) ?? 0) + one.score);
          }
          const total = [...touched.values()].reduce((sum, score) => sum + score, 0);
          const demand = newDemand(scores.tiles());
          // Draws in equal steps find every tile as often as its score says.
          const found = new Map<number, number>();
          for (let step = 0; step < total; step++) {
            let call = 0;
            const random = { fraction: () => (call++ === 0 ? (step + 0.5) / total : 0.5) };
            const [lon, lat] = demand.pickWithin(random, around, km)!;
            const key = tileKey(tileX(lon), tileY(lat));
            found.set(key, (found.get(key) ?? 0) + 1);
          }
          expect(found).toEqual(touched);
          if (total === 0) expect(demand.pickWithin({ fraction: () => 0.5 }, around, km)).toBeUndefined();
        },
      ),
    );
  });

  it('scores every tile that a line crosses once', () => {
    const scores = newScores();
    const [[aLon, aLat], [bLon, bLat]] = [middle(0, 0), middle(2, 1)];
    scores.line([aLon, bLon, aLon], [aLat, bLat, aLat], 5);
    const { tile, sum } = scores.tiles();
    expect([...tile].map((key) => [(key % 2 ** 18) - X, Math.floor(key / 2 ** 18) - Y])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 1],
    ]);
    expect([...sum]).toEqual([5, 10, 15, 20]);
  });
});

/** Whether the disc reaches into a tile. */
function touches(column: number, row: number, around: [number, number], km: number): boolean {
  return metresTo(column, row, around) <= km * 1000;
}

/** From a place to the nearest point of a tile. */
function metresTo(column: number, row: number, [lon, lat]: [number, number]): number {
  const nearestLon = Math.min(lonOf(X + column + 1), Math.max(lonOf(X + column), lon));
  const nearestLat = Math.min(latOf(Y + row), Math.max(latOf(Y + row + 1), lat));
  return metresBetween(lon, lat, nearestLon, nearestLat);
}
