import fc from 'fast-check';
import { buildGraph } from '../../../src/generator/map/build-graph.ts';
import type { RoadGraph } from '../../../src/generator/map/graph.ts';
import { collectStreets } from '../../../src/generator/map/street-collector.ts';
import type { Streets } from '../../../src/generator/map/streets.ts';
import { GRID_NAMING } from '../grid-map.ts';

/** Vertices at random places, some of them signals or barriers; ways at random over them; turns barred at random. */
export const anyStreets: fc.Arbitrary<Streets> = fc.integer({ min: 2, max: 12 }).chain((size) =>
  fc
    .record({
      places: fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })), {
        minLength: size,
        maxLength: size,
      }),
      kinds: fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: size, maxLength: size }),
      barriers: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 1), { minLength: size, maxLength: size }),
      ways: fc.array(
        fc.record({
          vertices: fc.array(fc.nat(size - 1), { minLength: 2, maxLength: 5 }),
          forward: fc.constantFrom(0, 5, 5, 10, 20),
          backward: fc.constantFrom(0, 5, 5, 10),
          ease: fc.constantFrom(1, 1, 0.5),
          local: fc.constantFrom(false, false, true),
          roadClass: fc.constantFrom(11, 11, 8),
        }),
        { minLength: 1, maxLength: 14 },
      ),
      bans: fc.array(fc.record({ from: fc.nat(13), via: fc.nat(size - 1), to: fc.nat(13), only: fc.boolean() }), {
        maxLength: 6,
      }),
    })
    .map(({ places, kinds, barriers, ways, bans }) => {
      const collector = collectStreets();
      for (const { vertices, ...passage } of ways) collector.add(vertices, passage);
      return collector.streets(
        {
          lon: Float64Array.from(places, ([x], i) => 12 + (x + i / 100) / 1000),
          lat: Float64Array.from(places, ([, y]) => 57 + y / 1000),
          kind: Uint8Array.from(kinds),
          barrier: Uint8Array.from(barriers),
        },
        bans.filter(({ from, to }) => from < collector.length && to < collector.length),
      );
    }),
);

/** Their graph; undefined where too little of them hangs together. */
export function graphOf(streets: Streets): RoadGraph | undefined {
  try {
    return buildGraph(GRID_NAMING, streets);
  } catch {
    return undefined;
  }
}
