import { UsageError } from '../../errors.ts';
import { type Bars, barredTurns } from './barred-turns.ts';
import { type Chains, chainsOf } from './chains.ts';
import { bearing, metresBetween } from './distance.ts';
import { type DraftEdges, draftEdges } from './draft-edges.ts';
import type { Naming, RoadGraph } from './graph.ts';
import { landmarkWeights } from './landmarks.ts';
import type { Streets } from './streets.ts';
import { largestStrongComponent, type Rows } from './strong-component.ts';

/**
 * @param gaps nodes that roads name and the map lacks, for the message
 * @throws UsageError where no two places are left between which one can drive to and fro.
 */
export function buildGraph(naming: Naming, streets: Streets, gaps = 0): RoadGraph {
  const chains = chainsOf(streets);
  const all = draftEdges(streets, chains);
  const keep = ({ direction }: DraftEdges, isKept: (edge: number) => boolean) =>
    draftEdges(
      streets,
      chains,
      direction.filter((_, edge) => isKept(edge)),
    );
  const nodes = largestStrongComponent({ first: all.firstEdge, target: all.to });
  const joined = keep(all, (edge) => nodes[all.from[edge]!] === 1 && nodes[all.to[edge]!] === 1);
  // Turns that are not allowed cut off more than the nodes tell.
  const reach = largestStrongComponent(turns(joined, barredTurns(streets, chains, joined)));
  const kept = keep(joined, (edge) => reach[edge] === 1);
  if (kept.from.length === 0) {
    const missing = gaps > 0 ? `; its roads name ${gaps} nodes that it lacks` : '';
    throw new UsageError(
      `the map ${naming.name} holds no roads on which a vehicle could go somewhere and come back${missing}`,
      { hint: gaps > 0 ? CUT_HINT : 'Take a larger extract, or one of another place.' },
    );
  }
  const graph = assemble(naming, streets, chains, kept);
  return { ...graph, landmarks: landmarkWeights(graph) };
}

const CUT_HINT =
  'The extract was cut without the nodes of its ways: cut it with "osmium extract --strategy complete_ways".';

/** What may follow each edge. */
function turns({ firstEdge, to }: DraftEdges, { firstBarred, barred }: Bars): Rows {
  const first = new Uint32Array(to.length + 1);
  const target: number[] = [];
  for (let edge = 0; edge < to.length; edge++) {
    const bars = barred.subarray(firstBarred[edge]!, firstBarred[edge + 1]!);
    for (let next = firstEdge[to[edge]!]!; next < firstEdge[to[edge]! + 1]!; next++) {
      if (!bars.includes(next)) target.push(next);
    }
    first[edge + 1] = target.length;
  }
  return { first, target: Uint32Array.from(target) };
}

function assemble(naming: Naming, streets: Streets, chains: Chains, edges: DraftEdges): Omit<RoadGraph, 'landmarks'> {
  const count = edges.from.length;
  const nodes = usedNodes(chains.nodes.length, edges);
  const bars = barredTurns(streets, chains, edges);
  const shape = shapes(streets, chains, edges);
  const wayOf = (edge: number) => chains.firstWay[edges.direction[edge]! >> 1]!;
  const seconds = Float32Array.from({ length: count }, (_, edge) => shape.metres[edge]! / edges.speed[edge]!);
  const vertexOf = (node: number) => chains.nodes[node]!;
  return {
    ...naming,
    lon: Float64Array.from(nodes.kept, (node) => streets.lon[vertexOf(node)]!),
    lat: Float64Array.from(nodes.kept, (node) => streets.lat[vertexOf(node)]!),
    nodeKind: Uint8Array.from(nodes.kept, (node) => streets.kind[vertexOf(node)]!),
    roads: roadsAt(chains, nodes.kept),
    firstEdge: Uint32Array.from({ length: nodes.kept.length + 1 }, (_, i) =>
      i === nodes.kept.length ? count : edges.firstEdge[nodes.kept[i]!]!,
    ),
    from: edges.from.map((node) => nodes.number[node]!),
    to: edges.to.map((node) => nodes.number[node]!),
    ...shape,
    seconds,
    weight: seconds.map((value, edge) => value / streets.ease[wayOf(edge)]!),
    roadClass: Uint8Array.from({ length: count }, (_, edge) => streets.roadClass[wayOf(edge)]!),
    local: Uint8Array.from({ length: count }, (_, edge) => streets.local[wayOf(edge)]!),
    twin: edges.twin,
    ...bars,
  };
}

/** Nodes that an edge leaves, in their order, and the new number of each. */
function usedNodes(count: number, { firstEdge }: DraftEdges): { kept: Uint32Array; number: Uint32Array } {
  const kept = Uint32Array.from({ length: count }, (_, node) => node).filter(
    (node) => firstEdge[node + 1]! > firstEdge[node]!,
  );
  const number = new Uint32Array(count);
  for (const [i, node] of kept.entries()) number[node] = i;
  return { kept, number };
}

function roadsAt({ from, to, nodes }: Chains, kept: Uint32Array): Uint8Array {
  const roads = new Uint8Array(nodes.length);
  for (const ends of [from, to]) for (const node of ends) roads[node] = Math.min(255, roads[node]! + 1);
  return Uint8Array.from(kept, (node) => roads[node]!);
}

type Shape = Pick<RoadGraph, 'metres' | 'departs' | 'arrives' | 'firstBend' | 'bendLon' | 'bendLat'>;

function shapes({ lon, lat }: Streets, { firstVertex, vertex }: Chains, { direction }: DraftEdges): Shape {
  const count = direction.length;
  const firstBend = new Uint32Array(count + 1);
  const rowOf = (edge: number) => {
    const chain = direction[edge]! >> 1;
    return [firstVertex[chain]!, firstVertex[chain + 1]! - 1] as const;
  };
  const bendsOf = (edge: number) => rowOf(edge)[1] - rowOf(edge)[0] - 1;
  for (let edge = 0; edge < count; edge++) firstBend[edge + 1] = firstBend[edge]! + bendsOf(edge);
  const total = firstBend[count]!;
  const [metres, departs, arrives] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  const [bendLon, bendLat] = [new Float64Array(total), new Float64Array(total)];
  for (let edge = 0; edge < count; edge++) {
    const [first, last] = rowOf(edge);
    const step = direction[edge]! & 1 ? -1 : 1;
    let at = vertex[step === 1 ? first : last]!;
    let length = 0;
    for (let i = 1; i <= last - first; i++) {
      const next = vertex[step === 1 ? first + i : last - i]!;
      const ends = [lon[at]!, lat[at]!, lon[next]!, lat[next]!] as const;
      length += metresBetween(...ends);
      if (i === 1) departs[edge] = bearing(...ends);
      if (i === last - first) arrives[edge] = bearing(...ends);
      else {
        bendLon[firstBend[edge]! + i - 1] = lon[next]!;
        bendLat[firstBend[edge]! + i - 1] = lat[next]!;
      }
      at = next;
    }
    metres[edge] = Math.max(length, SHORTEST_M);
  }
  return { metres, departs, arrives, firstBend, bendLon, bendLat };
}

/** Two vertices may be at one place; shares of an edge want a length. */
const SHORTEST_M = 0.01;
