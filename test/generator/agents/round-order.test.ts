import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundOrder } from '../../../src/generator/agents/round-order.ts';
import type { Position } from '../../../src/model.ts';

const place = fc.tuple(
  fc.double({ min: 11.9, max: 12.1, noNaN: true }),
  fc.double({ min: 57.6, max: 57.8, noNaN: true }),
);

function length(depot: Position, places: readonly Position[], order: readonly number[]): number {
  const tour = [depot, ...order.map((i) => places[i]!), depot];
  const cosine = Math.cos((depot[1] * Math.PI) / 180);
  return tour
    .slice(1)
    .reduce((sum, [lon, lat], i) => sum + Math.hypot((lon - tour[i]![0]) * cosine, lat - tour[i]![1]), 0);
}

describe('the order of a round', () => {
  it('visits each place once', () => {
    fc.assert(
      fc.property(place, fc.array(place, { maxLength: 25 }), (depot, places) => {
        const order = roundOrder(depot, places);
        expect([...order].sort((a, b) => a - b)).toEqual([...places.keys()]);
      }),
    );
  });

  it('cannot be shortened by turning any part of it round', () => {
    fc.assert(
      fc.property(place, fc.array(place, { minLength: 3, maxLength: 12 }), (depot, places) => {
        const order = roundOrder(depot, places);
        const whole = length(depot, places, order);
        for (let from = 0; from < order.length; from++) {
          for (let to = from + 2; to <= order.length; to++) {
            const turned = [...order.slice(0, from), ...order.slice(from, to).reverse(), ...order.slice(to)];
            expect(length(depot, places, turned)).toBeGreaterThanOrEqual(whole * (1 - 1e-6));
          }
        }
      }),
    );
  });

  it('goes round a circle of places as it lies', () => {
    const places = [3, 0, 5, 1, 4, 2].map((n): Position => {
      const angle = ((n + 0.5) * Math.PI) / 3;
      return [12 + 0.01 * Math.cos(angle), 57 + 0.005 * Math.sin(angle)];
    });
    const visited = roundOrder([12.02, 57], places).map((i) => [3, 0, 5, 1, 4, 2][i]!);
    expect([visited.join(''), [...visited].reverse().join('')]).toContain('012345');
  });
});
