import { describe, expect, it } from 'vitest';
import { FIX, newNoise } from '../../../src/generator/agents/compat-noise.ts';

const METRES_PER_DEGREE = 111_195.08;

/** Errors of fleets at rest, metres east and north, second by second. */
function errorsOf(agents: number, seconds: number, lat: number) {
  const [east, north, length]: number[][] = [[], [], []];
  let [products, squares] = [0, 0];
  for (let agent = 0; agent < agents; agent++) {
    const noise = newNoise(1, agent, 10);
    let before: [number, number] | undefined;
    for (let second = 1; second <= seconds; second++) {
      noise.move(FIX.probe, second, 0, -86, lat);
      const x = (noise.lon + 86) * METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
      const y = (noise.lat - lat) * METRES_PER_DEGREE;
      east!.push(x);
      north!.push(y);
      length!.push(Math.hypot(x, y));
      if (before) products += x * before[0] + y * before[1];
      squares += x * x + y * y;
      before = [x, y];
    }
  }
  length!.sort((a, b) => a - b);
  return { east: east!, north: north!, length: length!, lag1: products / squares };
}

const spread = (values: number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

// The figures are those of 712,407 fixes of the author's own scooters at rest (trip-simulator 3.0.1's npm package).
describe('the error of a fix, against the tool at rest', () => {
  const { east, north, length, lag1 } = errorsOf(100, 7200, 36);

  it('is 7.07 m on each axis, within 2 %', () => {
    expect(Math.abs(spread(east) / 7.07 - 1)).toBeLessThan(0.02);
    expect(Math.abs(spread(north) / 7.07 - 1)).toBeLessThan(0.02);
  });

  it.each([
    { percentile: 50, metres: 6.74 },
    { percentile: 90, metres: 16.45 },
    { percentile: 95, metres: 19.55 },
    { percentile: 99, metres: 25.7 },
  ])('is $metres m or less in $percentile % of fixes', ({ percentile, metres }) => {
    expect(Math.abs(length[Math.floor((length.length * percentile) / 100)]! / metres - 1)).toBeLessThan(0.01);
  });

  it('is white: no error tells of the next', () => {
    expect(Math.abs(lag1)).toBeLessThan(0.01);
  });

  it('points everywhere alike', () => {
    const quadrants = [0, 0, 0, 0];
    for (const [i, x] of east.entries()) quadrants[(x > 0 ? 1 : 0) + (north[i]! > 0 ? 2 : 0)]!++;
    for (const count of quadrants) expect(Math.abs((4 * count) / east.length - 1)).toBeLessThan(0.01);
  });
});

describe('the error of a fix', () => {
  it('depends on seed, agent, kind, second and vertex, and on nothing else', () => {
    const errors = new Set<string>();
    let draws = 0;
    for (const seed of [1, 2]) {
      for (const agent of [0, 1, 2]) {
        const [noise, again] = [newNoise(seed, agent, 10), newNoise(seed, agent, 10)];
        for (const second of [1, 2, 3, 7200]) {
          for (const kind of Object.values(FIX)) {
            for (const vertex of [0, 1, 60]) {
              noise.move(kind, second, vertex, 10, 50);
              if ((draws & 1) === 0) again.move(kind, second + 1, vertex, 10, 50);
              again.move(kind, second, vertex, 10, 50);
              expect([again.lon, again.lat]).toEqual([noise.lon, noise.lat]);
              errors.add(`${noise.lon},${noise.lat}`);
              draws++;
            }
          }
        }
      }
    }
    expect(errors.size).toBe(draws);
  });

  it('is none where the accuracy is 0, and crosses the antimeridian to its other side', () => {
    const exact = newNoise(1, 1, 0);
    exact.move(FIX.probe, 1, 0, 10, 50);
    expect([exact.lon, exact.lat]).toEqual([10, 50]);
    const noise = newNoise(1, 1, 5000);
    const sides = new Set<number>();
    for (let second = 0; second < 200; second++) {
      noise.move(FIX.probe, second, 0, 179.99, -17);
      expect(Math.abs(noise.lon)).toBeLessThanOrEqual(180);
      sides.add(Math.sign(noise.lon));
    }
    expect(sides.size).toBe(2);
  });
});
