import type { RoadGraph } from './graph.ts';
import { turnSeconds } from './turn.ts';

/** Turning from a road for all into one for those who live there weighs so much (`max_turn_weight` of OSRM, in seconds). */
const INTO_LOCAL_S = 3276.7;

/** What it weighs to go from edge e into each edge that leaves its end, in their order, from first[e]; Infinity where barred. */
export interface TurnWeights {
  readonly first: Uint32Array;
  readonly weight: Float32Array;
}

export function turnWeights(graph: Omit<RoadGraph, 'landmarks'>): TurnWeights {
  const { firstEdge, to, local } = graph;
  const first = new Uint32Array(to.length + 1);
  for (let edge = 0; edge < to.length; edge++) {
    first[edge + 1] = first[edge]! + firstEdge[to[edge]! + 1]! - firstEdge[to[edge]!]!;
  }
  const weight = new Float32Array(first[to.length]!);
  for (let edge = 0; edge < to.length; edge++) {
    const begin = firstEdge[to[edge]!]!;
    for (let next = begin; next < firstEdge[to[edge]! + 1]!; next++) {
      const least = local[next]! > local[edge]! ? INTO_LOCAL_S : 0;
      weight[first[edge]! + next - begin] = Math.max(least, turnSeconds(graph, edge, next));
    }
  }
  return { first, weight };
}
