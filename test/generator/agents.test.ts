import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { agentRandom, PURPOSE } from '../../src/generator/agent-random.ts';
import { deviceIds } from '../../src/generator/device-ids.ts';
import { mapFromGeoJson, type RoadCollection } from '../../src/generator/map/from-geojson.ts';
import { newWorld, type World } from '../../src/generator/world.ts';
import { trackerOf } from '../../src/tracker-of.ts';
import { GRID_NAMING } from './grid-map.ts';

describe('ids', () => {
  it('are distinct, well-formed, and as even over the trackers as can be', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 10 }),
        (seed, count, trackers) => {
          const ids = deviceIds(seed, count);
          expect(new Set(ids).size).toBe(count);
          expect(ids.every((id) => /^[A-Z]{3}-[0-9]{4}$/.test(id))).toBe(true);
          const load = new Array<number>(trackers).fill(0);
          for (const id of ids) load[trackerOf(id, trackers)]!++;
          expect(Math.max(...load) - count / trackers).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('stay distinct when every number is in use many times', () => {
    expect(new Set(deviceIds(1, 45_000)).size).toBe(45_000);
  });
});

describe('the draws of an agent', () => {
  it('depend on seed, agent and purpose, and on nothing else', () => {
    const first = (seed: number, agent: number, purpose: (typeof PURPOSE)[keyof typeof PURPOSE]) =>
      agentRandom(seed, agent, purpose).fraction();
    const all = [0, 1, 2 ** 40].flatMap((seed) =>
      [0, 1, 99_999].flatMap((agent) => Object.values(PURPOSE).map((purpose) => first(seed, agent, purpose))),
    );
    expect(new Set(all).size).toBe(all.length);
    expect(first(3, 4, PURPOSE.noise)).toBe(first(3, 4, PURPOSE.noise));
  });

  it('are normal where they say so', () => {
    const random = agentRandom(1, 1, PURPOSE.noise);
    const draws = Array.from({ length: 20_000 }, () => random.normal());
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });
});

describe('an agent in Gothenburg', () => {
  let world: World;
  beforeAll(() => {
    const roads = JSON.parse(
      readFileSync('node_modules/geojson-path-finder/test/large-network.json', 'utf8'),
    ) as RoadCollection;
    world = newWorld(mapFromGeoJson(GRID_NAMING, roads), 0);
  });

  it('can drive from any place to any other', () => {
    const { demand, route, snap } = world;
    const random = agentRandom(1, 1, PURPOSE.trips);
    for (let i = 0; i < 200; i++) {
      expect(route(snap(...demand.pick(random)), snap(...demand.pick(random)))).toBeDefined();
    }
  });
});
