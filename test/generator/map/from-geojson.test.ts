import { describe, expect, it } from 'vitest';
import { mapFromGeoJson, type RoadCollection } from '../../../src/generator/map/from-geojson.ts';
import { NODE_KIND, type Point, type RoadGraph } from '../../../src/generator/map/graph.ts';
import { decodeMap, encodeMap } from '../../../src/generator/map/map-file.ts';
import { newRouter } from '../../../src/generator/map/route.ts';
import { GRID_NAMING, gridMap } from '../grid-map.ts';

const A: Point = [12, 57];
const B: Point = [12.001, 57];
const C: Point = [12.001, 57.001];
const D: Point = [12, 57.001];
const E: Point = [12.002, 57];

const road = (coordinates: Point[], tags: Record<string, unknown> = {}) => ({
  properties: { highway: 'residential', ...tags },
  geometry: { type: 'LineString', coordinates },
});
const node = (coordinates: Point, tags: Record<string, unknown>) => ({
  properties: tags,
  geometry: { type: 'Point', coordinates },
});
const graphOf = (...features: RoadCollection['features']) => mapFromGeoJson(GRID_NAMING, { features }).graph;

/** Every edge as "from>to", by coordinates, sorted. */
function edgesOf({ lon, lat, from, to }: RoadGraph): string[] {
  const name = (at: number) => `${lon[at]},${lat[at]}`;
  return Array.from(from, (begin, edge) => `${name(begin)}>${name(to[edge]!)}`).sort();
}

describe('a map of GeoJSON', () => {
  it('makes nodes where roads meet or end, and bends of the rest', () => {
    const graph = graphOf(road([A, B, C]), road([C, D]), road([C, E]));
    expect(edgesOf(graph)).toEqual([
      '12,57.001>12.001,57.001',
      '12,57>12.001,57.001',
      '12.001,57.001>12,57',
      '12.001,57.001>12,57.001',
      '12.001,57.001>12.002,57',
      '12.002,57>12.001,57.001',
    ]);
    expect([...graph.bendLon, ...graph.bendLat]).toEqual([B[0], B[0], B[1], B[1]]);
  });

  it('joins roads of one class and speed that meet end to end, whichever way they were drawn', () => {
    for (const second of [road([B, C, D]), road([D, C, B])]) {
      const graph = graphOf(road([A, B]), second);
      expect(edgesOf(graph)).toEqual(['12,57.001>12,57', '12,57>12,57.001']);
      expect(graph.bendLon).toHaveLength(4);
    }
    expect(edgesOf(graphOf(road([A, B]), road([B, C, D], { maxspeed: '50' })))).toHaveLength(4);
    expect(edgesOf(graphOf(road([A, B]), road([B, C, D]), node(B, { highway: 'stop' })))).toHaveLength(4);
  });

  it('makes an edge to itself of a ring, on which nobody can turn round', () => {
    const graph = graphOf(road([A, B, C]), road([C, D, A]));
    expect(graph.lon).toHaveLength(1);
    expect(graph.metres).toHaveLength(1);
    expect(graph.firstEdge).toEqual(Uint32Array.of(0, 1));
    expect(newRouter(graph)({ edge: 0, share: 0.5 }, { edge: 0, share: 0.25 })!.edges).toEqual(Uint32Array.of(0, 0));
  });

  it('drives a one-way street one way only', () => {
    const graph = graphOf(road([A, B, C], { oneway: 'yes' }), road([C, A]), road([A, D]));
    expect(edgesOf(graph)).toHaveLength(5);
    const single = graph.twin.indexOf(-1);
    const back = newRouter(graph)({ edge: single, share: 0.75 }, { edge: single, share: 0.25 })!;
    expect(back.edges).toHaveLength(3);
    expect(back.metres).toBeCloseTo(graph.metres[single]! / 2 + graph.metres[back.edges[1]!]!, 1);
  });

  it('leaves out what cannot be left, and what cannot be reached', () => {
    const ring = [road([A, B]), road([B, C]), road([C, A]), road([A, D])];
    const graph = graphOf(
      ...ring,
      road([B, E], { oneway: 'yes' }),
      road([[13, 57], A], { oneway: 'yes' }),
      road([
        [14, 57],
        [14.001, 57],
      ]),
    );
    expect([...graph.lon].every((lon) => lon <= 12.001)).toBe(true);
    expect(graph.to.length).toBe(6);
  });

  it('lets nothing pass a bollard, and cars turn round before it', () => {
    const graph = graphOf(road([A, B, C]), road([A, D, C]), node(B, { barrier: 'bollard' }));
    expect([...graph.lon]).toEqual([B[0], B[0]]);
    const route = newRouter(graph)({ edge: 0, share: 0.1 }, { edge: 0, share: 0.9 })!;
    expect(route.edges).toEqual(Uint32Array.of(0));
    expect(route.metres).toBeGreaterThan(200);
  });

  it('tells signals, stops and crossings', () => {
    const graph = graphOf(
      road([A, B, C, D]),
      node(B, { highway: 'traffic_signals' }),
      node(C, { highway: 'crossing', crossing: 'traffic_signals' }),
      node(A, { highway: 'give_way' }),
      node(E, { highway: 'stop' }),
    );
    expect([...graph.nodeKind].sort()).toEqual([
      NODE_KIND.plain,
      NODE_KIND.signals,
      NODE_KIND.signals,
      NODE_KIND.giveWay,
    ]);
  });

  it('passes over footways, areas, features of nothing, repeated points and roads of one point', () => {
    const graph = graphOf(
      road([A, A, B]),
      road([C]),
      road([C, C]),
      road([]),
      road([A, D], { highway: 'footway' }),
      { properties: { highway: 'residential' }, geometry: { type: 'Polygon', coordinates: [[A, B, C, A]] } },
      { properties: null, geometry: { type: 'LineString', coordinates: [A, B] } },
      { properties: { highway: 'residential' }, geometry: null },
    );
    expect(edgesOf(graph)).toHaveLength(2);
  });

  it('says where there is no road at all', () => {
    expect(() => graphOf()).toThrow(/holds no roads/);
    expect(() => graphOf(road([A, B], { oneway: 'yes' }))).toThrow(/holds no roads/);
  });

  it('is the same after it was written and read', () => {
    const { graph, tiles } = gridMap(5);
    const read = decodeMap(encodeMap({ ...gridMap(5) }));
    expect(read.graph).toEqual(graph);
    expect(read.tiles).toEqual(tiles);
  });

  it('notices a map file that was cut off or changed', () => {
    const bytes = encodeMap(gridMap(3));
    expect(() => decodeMap(bytes.subarray(0, -9))).toThrow(/cut off/);
    bytes[bytes.length - 20]! ^= 1;
    expect(() => decodeMap(bytes)).toThrow(/not those that were written/);
  });
});
