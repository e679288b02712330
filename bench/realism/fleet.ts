import { readFileSync } from 'node:fs';
import { realisticModel } from '../../src/generator/agents/realistic.ts';
import { mapFromGeoJson, type RoadCollection } from '../../src/generator/map/from-geojson.ts';
import type { RoadMap } from '../../src/generator/map/road-map.ts';
import { newWorld } from '../../src/generator/world.ts';
import type { Stretch } from './driving-figures.ts';

export interface Fleet {
  readonly cars: number;
  readonly seconds: number;
  readonly seed: number;
}

/** A Tuesday noon by the sun of the map's first node: the real cars too drove by day. */
const TUESDAY_NOON = Date.parse('2024-05-14T12:00:00Z');

/** What the receivers of realistic cars have, second by second, while they travel: for each car its trips. */
export function driveFleet(map: RoadMap, { cars, seconds, seed }: Fleet): Stretch[][] {
  const world = newWorld(map, TUESDAY_NOON - (map.graph.lon[0]! / 15) * 3_600_000);
  const model = realisticModel();
  return Array.from({ length: cars }, (_, index) => {
    const agent = model.newAgent(world, seed, index, '');
    const trips: { lon: number[]; lat: number[]; speed: number[] }[] = [];
    let isOnTrip = false;
    for (let second = 1; second <= seconds; second++) {
      const { status, lon, lat, speed } = agent.at(second);
      if (status === 'traveling' && !isOnTrip) trips.push({ lon: [], lat: [], speed: [] });
      isOnTrip = status === 'traveling';
      if (!isOnTrip) continue;
      const trip = trips.at(-1)!;
      trip.lon.push(lon);
      trip.lat.push(lat);
      trip.speed.push(speed);
    }
    return trips;
  });
}

/** The default map, from the package that the build makes it from: no build is needed to measure. */
export function gothenburg(): RoadMap {
  const file = 'node_modules/geojson-path-finder/test/large-network.json';
  const naming = { name: 'gothenburg', attribution: '© OpenStreetMap contributors, ODbL 1.0' };
  return mapFromGeoJson(naming, JSON.parse(readFileSync(file, 'utf8')) as RoadCollection);
}
