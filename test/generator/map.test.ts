import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { along } from '../../src/generator/map/along.ts';
import { graphFromGeoJson } from '../../src/generator/map/from-geojson.ts';
import { buildGraph, type Edge, type Point, type RoadGraph } from '../../src/generator/map/graph.ts';
import { decodeGraph, encodeGraph } from '../../src/generator/map/graph-file.ts';
import { directions, drivingSpeed } from '../../src/generator/map/road-speeds.ts';
import { newRouter } from '../../src/generator/map/route.ts';
import { largestStrongComponent } from '../../src/generator/map/strong-component.ts';
import { newWorld } from '../../src/generator/world.ts';
import { GRID_NAMING, gridMap } from './grid-map.ts';

const A: Point = [12, 57];
const B: Point = [12.001, 57];
const C: Point = [12.001, 57.001];
const D: Point = [12, 57.001];
const E: Point = [12.002, 57];

const road = (coordinates: Point[], tags: Record<string, unknown> = {}) => ({
  properties: { highway: 'residential', ...tags },
  geometry: { type: 'LineString', coordinates },
});
const mapOf = (...features: ReturnType<typeof road>[]) => graphFromGeoJson(GRID_NAMING, { features });

/** Every edge as "from>to", by coordinates. */
function edgesOf({ lon, lat, firstEdge, to }: RoadGraph): string[] {
  const name = (node: number) => `${lon[node]},${lat[node]}`;
  return Array.from(lon, (_, node) =>
    Array.from(to.subarray(firstEdge[node]!, firstEdge[node + 1]!), (next) => `${name(node)}>${name(next)}`),
  ).flat();
}

describe('roads for cars', () => {
  it.each([
    [{ highway: 'residential' }, 25],
    [{ highway: 'motorway' }, 90],
    [{ highway: 'motorway', maxspeed: '70' }, 56],
    [{ highway: 'service', maxspeed: 'walk' }, 15],
    [{ highway: 'residential', maxspeed: '30 mph' }, 30 * 1.609344 * 0.8],
    [{ highway: 'footway' }, undefined],
    [{ highway: 'construction' }, undefined],
    [{}, undefined],
    [{ highway: 'service', access: 'private' }, undefined],
    [{ highway: 'service', access: 'no', motor_vehicle: 'yes' }, 15],
    [{ highway: 'residential', motor_vehicle: 'no' }, undefined],
    [{ highway: 'residential', motorcar: 'no' }, undefined],
    [{ highway: 'unclassified', area: 'yes' }, undefined],
  ])('%j: %s km/h', (tags, kmh) => {
    const speed = drivingSpeed(tags);
    if (kmh === undefined) expect(speed).toBeUndefined();
    else expect(speed).toBeCloseTo(kmh / 3.6, 9);
  });

  it.each([
    [{}, true, true],
    [{ oneway: 'yes' }, true, false],
    [{ oneway: '1' }, true, false],
    [{ oneway: '-1' }, false, true],
    [{ oneway: 'no' }, true, true],
    [{ highway: 'motorway' }, true, false],
    [{ junction: 'roundabout' }, true, false],
    [{ junction: 'roundabout', oneway: 'no' }, true, true],
  ])('%j: forward %s, backward %s', (tags, forward, backward) => {
    expect(directions(tags)).toEqual({ forward, backward });
  });
});

describe('a map of GeoJSON', () => {
  it('makes nodes where roads meet or end, and bends of the rest', () => {
    const graph = mapOf(road([A, B, C]), road([C, D]));
    expect(edgesOf(graph).toSorted()).toEqual([
      '12,57.001>12.001,57.001',
      '12,57>12.001,57.001',
      '12.001,57.001>12,57',
      '12.001,57.001>12,57.001',
    ]);
    expect([...graph.bendLon, ...graph.bendLat]).toEqual([B[0], B[0], B[1], B[1]]);
  });

  it('drives a one-way street one way only', () => {
    const graph = mapOf(road([A, B, C], { oneway: 'yes' }), road([C, A]));
    const edges = edgesOf(graph);
    expect(edges).toHaveLength(3);
    const [a, c] = [[...graph.lon].indexOf(12), [...graph.lon].indexOf(12.001)] as [number, number];
    const backward = newRouter(graph)(c, a)!;
    expect(backward.edges).toHaveLength(1);
    expect(graph.firstBend[backward.edges[0]! + 1]).toBe(graph.firstBend[backward.edges[0]!]);
  });

  it('leaves out what cannot be left, and what cannot be reached', () => {
    const ring = [road([A, B]), road([B, C]), road([C, A])];
    const graph = mapOf(
      ...ring,
      road([B, E], { oneway: 'yes' }),
      road([[13, 57], A], { oneway: 'yes' }),
      road([
        [14, 57],
        [14.001, 57],
      ]),
    );
    expect(graph.lon).toHaveLength(3);
    expect([...graph.lon].every((lon) => lon <= 12.001)).toBe(true);
  });

  it('passes over footways, areas, repeated points and roads of one point', () => {
    const graph = mapOf(road([A, A, B]), road([C]), road([A, D], { highway: 'footway' }), {
      properties: { highway: 'residential' },
      geometry: { type: 'Polygon', coordinates: [] },
    });
    expect(edgesOf(graph)).toHaveLength(2);
  });

  it('says where there is no road at all', () => {
    expect(() => mapOf()).toThrow(/no roads/);
    expect(() => mapOf(road([A, B], { oneway: 'yes' }))).toThrow(/no roads/);
  });

  it('is the same after it was written and read', () => {
    const graph = gridMap(5);
    expect(decodeGraph(encodeGraph(graph))).toEqual(graph);
  });
});

it('lets trips begin and end in streets, not on motorways', () => {
  const motorway = { highway: 'motorway', oneway: 'no' };
  const { graph, places } = newWorld(mapOf(road([A, B], motorway), road([B, E], motorway), road([E, C]), road([C, D])));
  expect(places).toHaveLength(3);
  const isB = (node: number) => graph.lon[node] === B[0] && graph.lat[node] === B[1];
  expect(places.some(isB)).toBe(false);
});

it('goes along an edge in step with its length', () => {
  const graph = mapOf(road([A, B, C, D]));
  const edge = graph.firstEdge[0]!;
  const from = 0;
  const first = along(graph, from, edge, 0);
  const last = along(graph, from, edge, 1);
  expect(first).toEqual([graph.lon[from], graph.lat[from]]);
  expect(last).toEqual([graph.lon[graph.to[edge]!], graph.lat[graph.to[edge]!]]);
  expect(along(graph, from, edge, 0.5)[0]).toBeCloseTo(12.001, 9);
  expect(along(graph, from, edge, 0.5)[1]).toBeCloseTo(57.0005, 6);
});

/** Nodes at random places; edges at random, with times unrelated to lengths. */
const anyGraph = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    nodes: fc
      .array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })), {
        minLength: size,
        maxLength: size,
      })
      .map((points) => points.map(([x, y], i): Point => [12 + (x + i / 100) / 1000, 57 + y / 1000])),
    edges: fc
      .array(
        fc.record({
          from: fc.nat(size - 1),
          to: fc.nat(size - 1),
          metres: fc.integer({ min: 1, max: 1000 }),
          seconds: fc.integer({ min: 1, max: 99 }),
        }),
        { maxLength: 40 },
      )
      .map((edges): Edge[] => edges.map((edge) => ({ ...edge, bends: [] }))),
  }),
);

/** Shortest times between all pairs, by Floyd and Warshall: as unlike A* as can be. */
function allTimes(size: number, edges: readonly Edge[]): number[][] {
  const times = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? 0 : Number.POSITIVE_INFINITY)),
  );
  for (const { from, to, seconds } of edges) times[from]![to] = Math.min(times[from]![to]!, seconds);
  for (let k = 0; k < size; k++)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) times[i]![j] = Math.min(times[i]![j]!, times[i]![k]! + times[k]![j]!);
  return times;
}

describe('routing', () => {
  it('finds the fastest way between any two nodes of any graph, in edges that join', () => {
    fc.assert(
      fc.property(anyGraph, ({ nodes, edges }) => {
        const graph = buildGraph(GRID_NAMING, nodes, edges);
        const route = newRouter(graph);
        const times = allTimes(nodes.length, edges);
        for (let from = 0; from < nodes.length; from++) {
          for (let to = 0; to < nodes.length; to++) {
            const way = route(from, to);
            if (way === undefined) {
              expect(times[from]![to]).toBe(Number.POSITIVE_INFINITY);
              continue;
            }
            expect(way.arrivals.at(-1) ?? 0).toBe(times[from]![to]);
            let at = from;
            for (const edge of way.edges) {
              expect(edge >= graph.firstEdge[at]! && edge < graph.firstEdge[at + 1]!).toBe(true);
              at = graph.to[edge]!;
            }
            expect(at).toBe(to);
          }
        }
      }),
    );
  });

  it('keeps the largest set of nodes that reach each other', () => {
    fc.assert(
      fc.property(anyGraph, ({ nodes, edges }) => {
        const times = allTimes(nodes.length, edges);
        const partners = nodes.map(
          (_, i) => nodes.filter((_, j) => times[i]![j]! + times[j]![i]! < Number.POSITIVE_INFINITY).length,
        );
        const member = [...largestStrongComponent(nodes.length, edges)];
        const kept = nodes.map((_, i) => i).filter((i) => member[i] === 1);
        expect(kept).toHaveLength(Math.max(...partners));
        for (const i of kept) for (const j of kept) expect(times[i]![j]).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });
});
