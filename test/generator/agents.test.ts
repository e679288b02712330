import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { agentRandom, PURPOSE } from '../../src/generator/agent-random.ts';
import { newCar } from '../../src/generator/car.ts';
import { deviceIds } from '../../src/generator/device-ids.ts';
import { mapFromGeoJson, type RoadCollection } from '../../src/generator/map/from-geojson.ts';
import { newWorld, type World } from '../../src/generator/world.ts';
import { trackerOf } from '../../src/tracker-of.ts';
import { GRID_NAMING, gridMap } from './grid-map.ts';

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

/** A car's states, second by second. */
function drive(world: World, agent: number, seconds: number) {
  const car = newCar(world, 5, agent);
  return Array.from({ length: seconds }, (_, i) => car.at(i + 1));
}

const metres = ([aLon, aLat]: readonly [number, number], [bLon, bLat]: readonly [number, number]) =>
  Math.hypot((aLon - bLon) * 111_320 * Math.cos((aLat * Math.PI) / 180), (aLat - bLat) * 111_320);

describe('cars in a grid of streets', () => {
  const world = newWorld(gridMap());

  it('stand still while they idle, but for the noise of their receiver', () => {
    const offsets: number[] = [];
    for (let agent = 0; agent < 40; agent++) {
      const states = drive(world, agent, 400);
      for (let begin = 0; begin < states.length; ) {
        let end = begin;
        while (states[end]?.status === 'idling') end++;
        const pause = states.slice(begin, end).map(({ position }) => position);
        const mean = pause.reduce((sum, [, lat]) => sum + lat / pause.length, 0);
        if (pause.length > 20) offsets.push(...pause.map(([, lat]) => (lat - mean) * 111_320));
        begin = end + 1;
      }
    }
    expect(offsets.length).toBeGreaterThan(1000);
    const spread = Math.sqrt(offsets.reduce((sum, x) => sum + x * x, 0) / offsets.length);
    expect(spread).toBeGreaterThan(3.5);
    expect(spread).toBeLessThan(4.5);
  });

  it('drive at about the speed of the streets, and stay on them', () => {
    for (let agent = 0; agent < 20; agent++) {
      const states = drive(world, agent, 600);
      for (let i = 60; i < states.length; i++) {
        const { position } = states[i]!;
        // 25 km/h by at most 1 / 0.7, and noise of a few standard deviations at either end.
        expect(metres(position, states[i - 60]!.position)).toBeLessThan((60 * 25) / 3.6 / 0.7 + 60);
        const offGrid = position.map((degrees) => Math.abs(degrees * 1000 - Math.round(degrees * 1000)) / 1000);
        expect(Math.min(offGrid[0]! * 60_600, offGrid[1]! * 111_320)).toBeLessThan(30);
      }
    }
  });

  it('make trip after trip, with pauses between', () => {
    const states = drive(world, 3, 7200);
    const departures = states.filter(
      ({ status }, i) => status === 'traveling' && states[i - 1]?.status === 'idling',
    ).length;
    expect(departures).toBeGreaterThan(5);
    const idle = states.filter(({ status }) => status === 'idling').length / states.length;
    expect(idle).toBeGreaterThan(0.02);
    expect(idle).toBeLessThan(0.5);
  });

  it('are where they are, however often one looks', () => {
    const often = newCar(world, 5, 1);
    const seldom = newCar(world, 5, 1);
    for (let second = 1; second <= 900; second++) {
      const { status, position } = often.at(second);
      if (second % 90 !== 0) continue;
      const other = seldom.at(second);
      expect(other.status).toBe(status);
      expect(metres(other.position, position)).toBeLessThan(60);
    }
  });
});

describe('cars in Gothenburg', () => {
  let world: World;
  beforeAll(() => {
    const roads = JSON.parse(
      readFileSync('node_modules/geojson-path-finder/test/large-network.json', 'utf8'),
    ) as RoadCollection;
    world = newWorld(mapFromGeoJson(GRID_NAMING, roads));
  });

  it('stay within the map and below any speed limit, and are on their way most of the time', () => {
    const { lon, lat } = world.graph;
    const [west, east, south, north] = [Math.min(...lon), Math.max(...lon), Math.min(...lat), Math.max(...lat)];
    expect(lon.length).toBeGreaterThan(5000);
    let travelling = 0;
    let driven = 0;
    for (let agent = 0; agent < 60; agent++) {
      const states = drive(world, agent, 900);
      for (const [i, { position, status }] of states.entries()) {
        expect(position[0]).toBeGreaterThan(west - 0.005);
        expect(position[0]).toBeLessThan(east + 0.005);
        expect(position[1]).toBeGreaterThan(south - 0.005);
        expect(position[1]).toBeLessThan(north + 0.005);
        if (status === 'traveling') travelling++;
        if (i < 30 || i % 30 !== 0) continue;
        const moved = metres(position, states[i - 30]!.position);
        expect(moved / 30).toBeLessThan(90 / 3.6 / 0.7 + 2);
        driven += moved;
      }
    }
    const share = travelling / (60 * 900);
    expect(share).toBeGreaterThan(0.6);
    // Of those that travel, in km/h as the crow flies from fix to fix.
    const speed = (driven / travelling) * 3.6;
    expect(speed).toBeGreaterThan(15);
    expect(speed).toBeLessThan(50);
  });

  it('can drive from any place to any other', () => {
    const { demand, route, snap } = world;
    const random = agentRandom(1, 1, PURPOSE.trips);
    for (let i = 0; i < 200; i++) {
      expect(route(snap(...demand.pick(random)), snap(...demand.pick(random)))).toBeDefined();
    }
  });
});
