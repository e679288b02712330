import FlatQueue from 'flatqueue';
import { metresBetween } from './distance.ts';
import type { RoadGraph } from './graph.ts';
import { type TurnWeights, turnWeights } from './turn-weights.ts';

/**
 * For each edge, a row of 2 × LANDMARKS weights: from each landmark to the edge's end, and from the edge's end to each
 * landmark, itself an edge. What is known of two edges by a landmark far off bounds the way between them from below,
 * which guides a search far better than a straight line does (Goldberg and Harrelson, "Computing the shortest path",
 * 2005).
 */
export const LANDMARKS = 8;

type Network = Omit<RoadGraph, 'landmarks'>;

export function landmarkWeights(graph: Network): Float32Array {
  const edges = graph.to.length;
  const turns = turnWeights(graph);
  const ways = incoming(graph);
  const rows = new Float32Array(edges * 2 * LANDMARKS);
  for (const [i, landmark] of spreadOut(graph).entries()) {
    const [out, back] = [weightsFrom(graph, turns, landmark), weightsTo(graph, turns, ways, landmark)];
    for (let edge = 0; edge < edges; edge++) {
      rows[edge * 2 * LANDMARKS + i] = out[edge]!;
      rows[edge * 2 * LANDMARKS + LANDMARKS + i] = back[edge]!;
    }
  }
  return rows;
}

/**
 * Edges as far from each other as can be, as the crow flies: by weight, they would all lie behind the gates of one
 * private estate.
 */
function spreadOut({ lon, lat, to, local }: Network): number[] {
  const far = new Float64Array(to.length).fill(Number.POSITIVE_INFINITY);
  const landmarks: number[] = [];
  let latest = to[0]!;
  for (let i = 0; i <= LANDMARKS; i++) {
    let best = 0;
    for (let edge = 0; edge < to.length; edge++) {
      far[edge] = Math.min(far[edge]!, metresBetween(lon[latest]!, lat[latest]!, lon[to[edge]!]!, lat[to[edge]!]!));
      if (local[edge]! < local[best]! || (local[edge] === local[best] && far[edge]! > far[best]!)) best = edge;
    }
    // The first was none: it only tells where the others begin.
    if (i === 0) far.fill(Number.POSITIVE_INFINITY);
    landmarks[i] = best;
    latest = to[best]!;
  }
  return landmarks.slice(0, LANDMARKS);
}

/** From the end of an edge to the end of each. */
function weightsFrom({ firstEdge, to, weight }: Network, turns: TurnWeights, source: number): Float64Array {
  return spread(to.length, source, (edge, soFar, reach) => {
    const first = firstEdge[to[edge]!]!;
    for (let next = first; next < firstEdge[to[edge]! + 1]!; next++) {
      reach(next, soFar + turns.weight[turns.first[edge]! + next - first]! + weight[next]!);
    }
  });
}

/** From the end of each edge to the end of one. */
function weightsTo(graph: Network, turns: TurnWeights, ways: Incoming, goal: number): Float64Array {
  const { from, to, firstEdge, weight } = graph;
  return spread(from.length, goal, (edge, soFar, reach) => {
    const node = from[edge]!;
    for (let i = ways.first[node]!; i < ways.first[node + 1]!; i++) {
      const before = ways.edge[i]!;
      const turn = turns.weight[turns.first[before]! + edge - firstEdge[to[before]!]!]!;
      reach(before, soFar + turn + weight[edge]!);
    }
  });
}

type Reach = (edge: number, total: number) => void;

/** Dijkstra's algorithm over all that can be reached. */
function spread(
  count: number,
  source: number,
  expand: (edge: number, soFar: number, reach: Reach) => void,
): Float64Array {
  const total = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const queue = new FlatQueue<number>();
  const reach = (edge: number, its: number) => {
    if (its >= total[edge]!) return;
    total[edge] = its;
    queue.push(edge, its);
  };
  reach(source, 0);
  for (let key = queue.peekValue(); key !== undefined; key = queue.peekValue()) {
    const edge = queue.pop()!;
    if (key === total[edge]) expand(edge, key, reach);
  }
  return total;
}

/** Edges that end at node n are edge[first[n]] … edge[first[n + 1] - 1]. */
interface Incoming {
  readonly first: Uint32Array;
  readonly edge: Uint32Array;
}

function incoming({ lon, to }: Network): Incoming {
  const first = new Uint32Array(lon.length + 1);
  for (const node of to) first[node + 1]!++;
  for (let node = 0; node < lon.length; node++) first[node + 1]! += first[node]!;
  const next = first.slice();
  const edge = new Uint32Array(to.length);
  for (let i = 0; i < to.length; i++) edge[next[to[i]!]!++] = i;
  return { first, edge };
}
