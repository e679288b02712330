import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBarred, type RoadGraph, type Spot } from '../../../src/generator/map/graph.ts';
import { newRouter, type Route } from '../../../src/generator/map/route.ts';
import { placeOf, routeLine } from '../../../src/generator/map/route-line.ts';
import { turnSeconds } from '../../../src/generator/map/turn.ts';
import { gridMap } from '../grid-map.ts';
import { anyStreets, graphOf } from './random-streets.ts';

const INTO_LOCAL_S = 3276.7;

function turnWeight(graph: RoadGraph, edge: number, next: number): number {
  const isInto = graph.local[edge] === 0 && graph.local[next] === 1;
  return Math.max(isInto ? INTO_LOCAL_S : 0, turnSeconds(graph, edge, next));
}

/** The least weight from spot to spot: Dijkstra without a queue, over edges, as unlike the router as can be. */
function leastWeight(graph: RoadGraph, from: Spot, to: Spot): number {
  const { weight, firstEdge, twin } = graph;
  const both = ({ edge, share }: Spot) =>
    twin[edge] === -1
      ? [{ edge, share }]
      : [
          { edge, share },
          { edge: twin[edge]!, share: 1 - share },
        ];
  const atEnd = new Float64Array(weight.length).fill(Number.POSITIVE_INFINITY);
  const done = new Uint8Array(weight.length);
  for (const { edge, share } of both(from)) atEnd[edge] = Math.min(atEnd[edge]!, (1 - share) * weight[edge]!);
  let best = Number.POSITIVE_INFINITY;
  for (const start of both(from)) {
    for (const goal of both(to)) {
      if (start.edge === goal.edge && goal.share >= start.share) {
        best = Math.min(best, (goal.share - start.share) * weight[goal.edge]!);
      }
    }
  }
  for (;;) {
    let edge = -1;
    for (let i = 0; i < weight.length; i++) {
      if (done[i] === 0 && atEnd[i]! < (edge === -1 ? Number.POSITIVE_INFINITY : atEnd[edge]!)) edge = i;
    }
    if (edge === -1) return best;
    done[edge] = 1;
    const node = graph.to[edge]!;
    for (let next = firstEdge[node]!; next < firstEdge[node + 1]!; next++) {
      const entered = atEnd[edge]! + turnWeight(graph, edge, next);
      atEnd[next] = Math.min(atEnd[next]!, entered + weight[next]!);
      for (const goal of both(to)) {
        if (goal.edge === next) best = Math.min(best, entered + goal.share * weight[next]!);
      }
    }
  }
}

function weightOf(graph: RoadGraph, { edges, fromShare, toShare }: Route): number {
  let total = 0;
  for (const [i, edge] of edges.entries()) {
    const part = (i === edges.length - 1 ? toShare : 1) - (i === 0 ? fromShare : 0);
    total += part * graph.weight[edge]! + (i === 0 ? 0 : turnWeight(graph, edges[i - 1]!, edge));
  }
  return total;
}

const anySpots = fc.array(fc.record({ edge: fc.nat(200), share: fc.constantFrom(0, 0.25, 0.5, 0.9, 1) }), {
  minLength: 2,
  maxLength: 6,
});

describe('routing', () => {
  it('finds the best way between any two spots of any network, along edges that join, by turns that are allowed', () => {
    let routes = 0;
    fc.assert(
      fc.property(anyStreets, anySpots, (streets, drawn) => {
        const graph = graphOf(streets);
        if (graph === undefined) return;
        const route = newRouter(graph);
        const spots = drawn.map(({ edge, share }) => ({ edge: edge % graph.to.length, share }));
        for (const from of spots) {
          for (const to of spots) {
            const way = route(from, to)!;
            expect(way).toBeDefined();
            expect(weightOf(graph, way)).toBeCloseTo(leastWeight(graph, from, to), 2);
            for (const [i, edge] of way.edges.entries()) {
              if (i === 0) continue;
              expect(graph.from[edge]).toBe(graph.to[way.edges[i - 1]!]);
              expect(isBarred(graph, way.edges[i - 1]!, edge)).toBe(false);
            }
            const line = routeLine(graph, way);
            const [[beginLon, beginLat], [endLon, endLat]] = [placeOf(graph, from), placeOf(graph, to)];
            expect(line.lon.length).toBeGreaterThan(1);
            expect(line.lon[0]).toBeCloseTo(beginLon, 6);
            expect(line.lat[0]).toBeCloseTo(beginLat, 6);
            expect(line.lon.at(-1)).toBeCloseTo(endLon, 6);
            expect(line.lat.at(-1)).toBeCloseTo(endLat, 6);
            expect(line.metres.at(-1)! / Math.max(1, way.metres)).toBeCloseTo(way.metres / Math.max(1, way.metres), 3);
            routes++;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(routes).toBeGreaterThan(1000);
  });

  it('has no graph of a road on which one cannot come back', () => {
    const deadEnd = {
      lon: Float64Array.from([12, 12.00001]),
      lat: Float64Array.from([57, 57]),
      kind: new Uint8Array(2),
      barrier: new Uint8Array(2),
      firstVertex: Uint32Array.from([0, 2]),
      vertex: Uint32Array.from([0, 1]),
      roadClass: Uint8Array.from([11]),
      forward: Float32Array.from([5]),
      backward: Float32Array.from([5]),
      ease: Float32Array.from([1]),
      local: new Uint8Array(1),
      bans: [
        { from: 0, via: 0, to: 0, only: false },
        { from: 0, via: 1, to: 0, only: false },
      ],
    };
    expect(graphOf({ ...deadEnd, bans: [] })).toBeDefined();
    expect(graphOf(deadEnd)).toBeUndefined();
  });

  it('costs what OSRM takes for turns: little straight on, more to the left than to the right, most back', () => {
    const { graph } = gridMap(3);
    const centre = Array.from(graph.lon.keys()).find(
      (node) => graph.firstEdge[node + 1]! - graph.firstEdge[node]! === 4,
    )!;
    const south = Array.from(graph.to.keys()).find(
      (edge) => graph.to[edge] === centre && Math.round(graph.arrives[edge]!) % 360 === 0,
    )!;
    const by = (departs: number) =>
      turnSeconds(
        graph,
        south,
        [0, 1, 2, 3]
          .map((i) => graph.firstEdge[centre]! + i)
          .find((edge) => Math.round(graph.departs[edge]!) === departs)!,
      );
    expect(by(0)).toBeCloseTo(0.0069, 3);
    expect(by(90)).toBeCloseTo(2.1, 1);
    expect(by(270)).toBeCloseTo(5.4, 1);
    expect(by(180)).toBe(Number.POSITIVE_INFINITY);
    const corner = Array.from(graph.lon.keys()).find((node) => graph.roads[node] === 2);
    expect(corner).toBeUndefined();
  });
});

describe('turn restrictions', () => {
  it('keep what stays reachable with them, and nothing else', () => {
    fc.assert(
      fc.property(anyStreets, (streets) => {
        const graph = graphOf(streets);
        if (graph === undefined) return;
        for (let edge = 0; edge < graph.to.length; edge++) {
          const node = graph.to[edge]!;
          const exits = Array.from(
            { length: graph.firstEdge[node + 1]! - graph.firstEdge[node]! },
            (_, i) => graph.firstEdge[node]! + i,
          );
          // Back only where nothing else leads on.
          const open = exits.filter((next) => !isBarred(graph, edge, next));
          expect(open.length).toBeGreaterThan(0);
          if (open.length > 1) expect(open).not.toContain(graph.twin[edge]);
        }
      }),
    );
  });
});
