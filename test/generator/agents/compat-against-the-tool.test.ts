import { readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import type { Trip } from '../../../src/generator/agents/agent.ts';
import { compatModel } from '../../../src/generator/agents/compat.ts';
import { PROFILES } from '../../../src/generator/agents/profiles.ts';
import { mapFromPbf } from '../../../src/generator/map/from-pbf.ts';
import { VEHICLES } from '../../../src/generator/map/vehicles.ts';
import { newWorld } from '../../../src/generator/world.ts';
import { kolmogorovSmirnov } from '../../support/kolmogorov-smirnov.ts';
import { itWithShared, sharedFile, sharedLines } from '../../support/shared-data.ts';

// The tool's own runs, on a real OSRM 5.27.1, were of 500 cars for two hours, too.
const SECONDS = 7200;
const START = 1_794_638_846_000;
const CROP = 'honolulu_crop.osm.pbf';
const WHOLE = 'honolulu.osm.pbf';
const TRIPS = 'trip-simulator-honolulu-crop-500-cars.trips.csv';
const PROBES = 'trip-simulator-honolulu-crop-500-cars.every30s.probes.ndjson.gz';

/** On two cores that others use, a few CPU-seconds may take long. */
const PATIENCE_MS = 600_000;

/** Fixes by status: how many, and where. */
class Census {
  readonly #places = new Map<string, { lon: number[]; lat: number[] }>();
  #fixes = 0;

  count(status: string, lon: number, lat: number): void {
    this.#fixes++;
    const { lon: lons, lat: lats } = this.of(status);
    lons.push(lon);
    lats.push(lat);
  }

  of(status: string): { lon: number[]; lat: number[] } {
    const known = this.#places.get(status) ?? { lon: [], lat: [] };
    this.#places.set(status, known);
    return known;
  }

  share(status: string): number {
    return this.of(status).lon.length / this.#fixes;
  }
}

async function drive(map: string, agents: number) {
  const began = process.cpuUsage();
  const world = newWorld(await mapFromPbf({ name: map, attribution: '' }, sharedFile(map), VEHICLES.car), START);
  const model = compatModel({ profile: PROFILES.car });
  const [trips, census]: [Trip[], Census] = [[], new Census()];
  for (let index = 0; index < agents; index++) {
    const agent = model.newAgent(world, 1, index, '', { trip: (_second, trip) => trips.push(trip) });
    for (let second = 4; second <= SECONDS; second += 30) {
      const { status, lon, lat } = agent.at(second);
      census.count(status, lon, lat);
    }
    agent.at(SECONDS);
  }
  const { user, system } = process.cpuUsage(began);
  console.log(`${map}: ${trips.length} trips of ${agents} cars, ${((user + system) / 1e6).toFixed(1)} CPU-seconds`);
  return { trips, census };
}

describe('500 cars in the middle of Honolulu, against the same of trip-simulator 3.0.1', () => {
  let driven: ReturnType<typeof drive> | undefined;
  const ours = () => (driven ??= drive(CROP, 500));

  const title = 'drive as far, for as long and as fast, by Kolmogorov and Smirnov';
  itWithShared(
    title,
    [CROP, TRIPS],
    async () => {
      const { trips } = await ours();
      const rows = readFileSync(sharedFile(TRIPS), 'utf8').trim().split('\n').slice(1);
      const theirs = rows.map((row) => row.split(',').map(Number) as [metres: number, seconds: number, size: number]);
      const compared = {
        distance: [trips.map(({ metres }) => metres), theirs.map(([metres]) => metres)],
        duration: [trips.map(({ seconds }) => seconds), theirs.map(([, seconds]) => seconds)],
        speed: [trips.map((trip) => trip.metres / trip.seconds), theirs.map(([metres, seconds]) => metres / seconds)],
        vertices: [trips.map(({ lon }) => lon.length), theirs.map(([, , size]) => size)],
      } as const;
      const greatest = { distance: 0.03, duration: 0.03, speed: 0.05, vertices: 0.03 };
      const d = Object.entries(compared).map(([what, [our, their]]) => [what, kolmogorovSmirnov(our, their)] as const);
      console.log(d.map(([what, value]) => `D of ${what} ${value.toFixed(4)}`).join(', '));
      expect(Math.min(trips.length, theirs.length)).toBeGreaterThanOrEqual(6000);
      expect(Math.abs(trips.length / theirs.length - 1)).toBeLessThan(0.05);
      for (const [what, value] of d) expect(value, what).toBeLessThanOrEqual(greatest[what as keyof typeof greatest]);
    },
    PATIENCE_MS,
  );

  itWithShared(
    'spend their time on the same, in the same places',
    [CROP, PROBES],
    async () => {
      const { census } = await ours();
      const theirs = new Census();
      for (const line of sharedLines(PROBES)) {
        const { properties, geometry } = JSON.parse(line);
        theirs.count(properties.status, geometry.coordinates[0], geometry.coordinates[1]);
      }
      for (const status of ['idling', 'searching', 'traveling', 'broken']) {
        const [our, their] = [census.share(status), theirs.share(status)];
        console.log(`${status}: ${(100 * our).toFixed(1)} % of the time, trip-simulator ${(100 * their).toFixed(1)} %`);
        expect(Math.abs(our - their)).toBeLessThan(0.01);
      }
      for (const status of ['searching', 'traveling']) {
        expect(kolmogorovSmirnov(census.of(status).lon, theirs.of(status).lon)).toBeLessThan(0.04);
        expect(kolmogorovSmirnov(census.of(status).lat, theirs.of(status).lat)).toBeLessThan(0.04);
      }
    },
    PATIENCE_MS,
  );
});

describe('300 cars in all of Honolulu, against the percentiles of 500 of trip-simulator 3.0.1', () => {
  itWithShared(
    'drive as far and for as long',
    [WHOLE],
    async () => {
      const { trips } = await drive(WHOLE, 300);
      expect(Math.abs(trips.length / 300 / (6060 / 500) - 1)).toBeLessThan(0.08);
      const distance = percentiles(trips.map(({ metres }) => metres));
      const duration = percentiles(trips.map(({ seconds }) => seconds));
      console.log(`metres ${distance.map(Math.round).join('/')}, seconds ${duration.map(Math.round).join('/')}`);
      // From one seed to another the least of these move by a tenth, the others by a thirtieth.
      for (const [i, metres] of [409, 1864, 3943, 7678, 19_036].entries()) {
        expect(Math.abs(distance[i]! / metres - 1)).toBeLessThan(i === 0 ? 0.3 : 0.1);
      }
      for (const [i, seconds] of [62, 198, 341, 579, 1143].entries()) {
        expect(Math.abs(duration[i]! / seconds - 1)).toBeLessThan(i === 0 ? 0.3 : 0.1);
      }
    },
    PATIENCE_MS,
  );

  function percentiles(values: number[]): number[] {
    const sorted = values.sort((a, b) => a - b);
    return [5, 25, 50, 75, 95].map((percent) => sorted[Math.floor((sorted.length * percent) / 100)]!);
  }
});
