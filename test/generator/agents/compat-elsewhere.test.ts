import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compatModel } from '../../../src/generator/agents/compat.ts';
import { PROFILES } from '../../../src/generator/agents/profiles.ts';
import { mapFromGeoJson } from '../../../src/generator/map/from-geojson.ts';
import { mapFromPbf } from '../../../src/generator/map/from-pbf.ts';
import type { RoadMap } from '../../../src/generator/map/road-map.ts';
import { VEHICLES } from '../../../src/generator/map/vehicles.ts';
import { newWorld } from '../../../src/generator/world.ts';
import { itWithShared, sharedFile } from '../../support/shared-data.ts';
import { simulate } from '../../support/simulate.ts';
import { checkChanges, checkProbes, checkTraces, checkTrips } from '../../support/trip-simulator-format.ts';

const PATIENCE_MS = 300_000;
const AGENTS = 15;
const SECONDS = 1800;

/** All four outputs, on a map that nothing was fitted to: they keep the format, and lie on the map. */
function check(map: RoadMap, vehicle: 'car' | 'bike'): void {
  const brief = { idleTimeBetweenTrips: 60_000, timeToBreakage: 20_000_000 };
  const model = compatModel({ profile: { ...PROFILES[vehicle], ...brief } });
  const files = simulate({ world: newWorld(map, 1_794_638_846_000), model, agents: AGENTS, seconds: SECONDS });
  expect(checkProbes(files.probes)).toEqual({ lines: AGENTS * SECONDS, problems: [] });
  expect(checkChanges(files.changes)).toEqual({ lines: files.changes.length, problems: [] });
  expect(checkTraces(files.traces)).toEqual({ lines: files.traces.length, problems: [] });
  expect(checkTrips(files.trips)).toEqual({ lines: files.trips.length, problems: [] });
  expect(files.trips.length).toBeGreaterThan(AGENTS);
  const { lon, lat, bendLon, bendLat } = map.graph;
  const [lons, lats] = [[...lon, ...bendLon].sort((a, b) => a - b), [...lat, ...bendLat].sort((a, b) => a - b)];
  const margin = 0.002; // degrees: far more than the receiver ever errs
  for (const line of files.probes) {
    const [x, y] = JSON.parse(line).geometry.coordinates;
    const within =
      x > lons[0]! - margin && x < lons.at(-1)! + margin && y > lats[0]! - margin && y < lats.at(-1)! + margin;
    if (!within) expect.unreachable(`${line} is off the map`);
  }
}

describe.each(['car', 'bike'] as const)('by %s', (vehicle) => {
  it(
    'in Gothenburg, whose map has neither buildings nor amenities',
    () => {
      const roads = JSON.parse(readFileSync('node_modules/geojson-path-finder/test/large-network.json', 'utf8'));
      check(mapFromGeoJson({ name: 'gothenburg', attribution: '' }, roads, VEHICLES[vehicle]), vehicle);
    },
    PATIENCE_MS,
  );

  itWithShared(
    'in Monaco',
    ['monaco.osm.pbf'],
    async () =>
      check(
        await mapFromPbf({ name: 'monaco', attribution: '' }, sharedFile('monaco.osm.pbf'), VEHICLES[vehicle]),
        vehicle,
      ),
    PATIENCE_MS,
  );
});
