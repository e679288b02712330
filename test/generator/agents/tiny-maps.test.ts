import { describe, expect, it } from 'vitest';
import { deliveryModel } from '../../../src/generator/agents/delivery.ts';
import { realisticModel } from '../../../src/generator/agents/realistic.ts';
import { mapFromGeoJson } from '../../../src/generator/map/from-geojson.ts';
import type { RoadMap } from '../../../src/generator/map/road-map.ts';
import { newWorld } from '../../../src/generator/world.ts';
import { GRID_NAMING, gridMap } from '../grid-map.ts';
import { statesOf } from './agent-states.ts';

function roads(...lines: { highway: string; oneway?: string; coordinates: [number, number][] }[]): RoadMap {
  const features = lines.map(({ coordinates, ...properties }) => ({
    properties,
    geometry: { type: 'LineString', coordinates },
  }));
  return mapFromGeoJson(GRID_NAMING, { features });
}

describe.each([
  [
    'one road',
    roads({
      highway: 'residential',
      coordinates: [
        [12, 57],
        [12.001, 57],
      ],
    }),
  ],
  ['one block', gridMap(2)],
  [
    'a one-way circle',
    roads({
      highway: 'service',
      oneway: 'yes',
      coordinates: [
        [12, 57],
        [12.001, 57],
        [12.001, 57.001],
        [12, 57],
      ],
    }),
  ],
  [
    'a road of twelve metres',
    roads({
      highway: 'service',
      coordinates: [
        [12, 57],
        [12.0002, 57],
      ],
    }),
  ],
  [
    'roads at the antimeridian',
    roads({
      highway: 'primary',
      coordinates: [
        [179.99, -17],
        [179.999, -17],
        [179.999, -17.01],
      ],
    }),
  ],
])('a map of %s', (_, map) => {
  it.each([realisticModel(), deliveryModel()])('is enough for the model $name', (model) => {
    const world = newWorld(map, Date.parse('2024-05-14T10:00:00Z'));
    const states = [0, 1, 2, 3, 4].flatMap((index) => statesOf(model.newAgent(world, 1, index, ''), 7200));
    expect(states.every(({ lon, lat, speed }) => Number.isFinite(lon + lat + speed))).toBe(true);
    expect(new Set(states.map(({ status }) => status)).size).toBeGreaterThan(1);
  });
});
