import fc from 'fast-check';
import { expect, it } from 'vitest';
import { metresBetween } from '../../../src/generator/map/distance.ts';
import { placeOf } from '../../../src/generator/map/route-line.ts';
import { newSnapper } from '../../../src/generator/map/snap.ts';
import { anyStreets, graphOf } from './random-streets.ts';

it('finds the nearest spot of all', () => {
  let found = 0;
  fc.assert(
    fc.property(anyStreets, fc.integer({ min: -10, max: 50 }), fc.integer({ min: -10, max: 50 }), (streets, x, y) => {
      const graph = graphOf(streets);
      if (graph === undefined) return;
      const [lon, lat] = [12 + x / 1000, 57 + y / 1000];
      const spot = newSnapper(graph)(lon, lat);
      expect(spot.share).toBeGreaterThanOrEqual(0);
      expect(spot.share).toBeLessThanOrEqual(1);
      const distance = metresBetween(lon, lat, ...placeOf(graph, spot));
      for (let edge = 0; edge < graph.to.length; edge++) {
        for (let share = 0; share <= 1; share += 0.02) {
          // Its plane is that of the middle of the map: a part in a thousand.
          expect(metresBetween(lon, lat, ...placeOf(graph, { edge, share })) * 1.003 + 0.5).toBeGreaterThan(distance);
        }
      }
      found++;
    }),
  );
  expect(found).toBeGreaterThan(20);
});
