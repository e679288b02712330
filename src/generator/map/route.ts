import FlatQueue from 'flatqueue';
import { METRES_PER_DEGREE } from './distance.ts';
import type { RoadGraph, Spot } from './graph.ts';
import { placeOf } from './route-line.ts';
import { turnSeconds } from './turn.ts';

/**
 * A way through the network: from a share of its first edge to a share of its last, which may be the same. Its seconds
 * are those at the roads' speeds and of the turns.
 */
export interface Route {
  readonly edges: Uint32Array;
  readonly fromShare: number;
  readonly toShare: number;
  readonly metres: number;
  readonly seconds: number;
}

/** Finds the best way, setting off in either direction. Between two spots of a graph there always is one. */
export type Router = (from: Spot, to: Spot) => Route | undefined;

/** Turning from a road for all into one for those who live there costs so many seconds (`max_turn_weight` of OSRM). */
const INTO_LOCAL_S = 3276.7;
const UNREACHED = -1;

/**
 * A* from edge to edge, because what a turn costs depends on where one comes from. A router keeps its arrays from one
 * search to the next, and stamps entries instead of clearing a city for every trip.
 */
export function newRouter(graph: RoadGraph): Router {
  const { lon, lat, firstEdge, to: target, weight, metres, seconds, twin } = graph;
  const turns = turnWeights(graph);
  // By edge: the least weight to its end, and the edge before it.
  const cost = new Float64Array(target.length);
  const previous = new Int32Array(target.length);
  const stamp = new Uint32Array(target.length);
  const settled = new Uint32Array(target.length);
  const queue = new FlatQueue<number>();
  const cosine = leastCosine(lat);
  const weightPerDegree = leastWeightPerMetre(graph) * METRES_PER_DEGREE;
  let search = 0;
  let best = { weight: 0, edge: UNREACHED, from: 0, to: 0, previous: UNREACHED };

  return (from, to) => {
    search++;
    queue.clear();
    best = { weight: Number.POSITIVE_INFINITY, edge: UNREACHED, from: 0, to: 0, previous: UNREACHED };
    const starts = bothWays(from);
    const goals = bothWays(to);
    const [goalLon, goalLat] = placeOf(graph, to);
    const ahead = (edge: number) => {
      const node = target[edge]!;
      const x = (lon[node]! - goalLon) * cosine;
      const y = lat[node]! - goalLat;
      return Math.sqrt(x * x + y * y) * weightPerDegree;
    };
    for (const { edge, share } of starts) {
      for (const goal of goals) {
        if (goal.edge === edge && goal.share >= share) offer((goal.share - share) * weight[edge]!, goal, UNREACHED);
      }
      reach(edge, (1 - share) * weight[edge]!, UNREACHED, ahead(edge));
    }
    for (let key = queue.peekValue(); key !== undefined && key < best.weight; key = queue.peekValue()) {
      const edge = queue.pop()!;
      if (settled[edge] === search) continue;
      settled[edge] = search;
      const soFar = cost[edge]!;
      const node = target[edge]!;
      const first = firstEdge[node]!;
      const turn = turns.first[edge]! - first;
      for (let next = first; next < firstEdge[node + 1]!; next++) {
        const entered = soFar + turns.weight[turn + next]!;
        if (entered >= best.weight) continue;
        for (const goal of goals) if (goal.edge === next) offer(entered + goal.share * weight[next]!, goal, edge);
        const total = entered + weight[next]!;
        if (stamp[next] === search && cost[next]! <= total) continue;
        reach(next, total, edge, ahead(next));
      }
    }
    return best.edge === UNREACHED ? undefined : trace(starts);
  };

  function bothWays({ edge, share }: Spot): Spot[] {
    const back = twin[edge]!;
    return back === -1
      ? [{ edge, share }]
      : [
          { edge, share },
          { edge: back, share: 1 - share },
        ];
  }

  function reach(edge: number, total: number, before: number, ahead: number): void {
    stamp[edge] = search;
    cost[edge] = total;
    previous[edge] = before;
    queue.push(edge, total + ahead);
  }

  function offer(total: number, { edge, share }: Spot, before: number): void {
    if (total < best.weight) best = { weight: total, edge, from: 0, to: share, previous: before };
  }

  function trace(starts: readonly Spot[]): Route {
    const edges = [best.edge];
    for (let edge = best.previous; edge !== UNREACHED; edge = previous[edge]!) edges.push(edge);
    edges.reverse();
    const fromShare = starts.find(({ edge }) => edge === edges[0])!.share;
    const toShare = best.to;
    let [length, time] = [0, 0];
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i]!;
      const part = (i === edges.length - 1 ? toShare : 1) - (i === 0 ? fromShare : 0);
      length += part * metres[edge]!;
      time += part * seconds[edge]! + (i === 0 ? 0 : turnSeconds(graph, edges[i - 1]!, edge));
    }
    return { edges: Uint32Array.from(edges), fromShare, toShare, metres: length, seconds: time };
  }
}

/** What it weighs to go from edge e into each edge that leaves its end, in their order, from first[e]. */
function turnWeights(graph: RoadGraph): { first: Uint32Array; weight: Float32Array } {
  const { firstEdge, to, local } = graph;
  const first = new Uint32Array(to.length + 1);
  for (let edge = 0; edge < to.length; edge++) {
    first[edge + 1] = first[edge]! + firstEdge[to[edge]! + 1]! - firstEdge[to[edge]!]!;
  }
  const weight = new Float32Array(first[to.length]!);
  for (let edge = 0; edge < to.length; edge++) {
    for (let next = firstEdge[to[edge]!]!; next < firstEdge[to[edge]! + 1]!; next++) {
      const isInto = local[next]! > local[edge]!;
      weight[first[edge]! + next - firstEdge[to[edge]!]!] = Math.max(
        isInto ? INTO_LOCAL_S : 0,
        turnSeconds(graph, edge, next),
      );
    }
  }
  return { first, weight };
}

/** With it, distances on the plane are never longer than on the ground. */
function leastCosine(lat: Float64Array): number {
  let most = 0;
  for (const one of lat) most = Math.max(most, Math.abs(one));
  return Math.cos((most * Math.PI) / 180);
}

/** A* is exact where the rest of the way is never overrated; a hair less, for rounding. */
function leastWeightPerMetre({ weight, metres }: RoadGraph): number {
  let least = Number.POSITIVE_INFINITY;
  for (let edge = 0; edge < weight.length; edge++) least = Math.min(least, weight[edge]! / metres[edge]!);
  return Number.isFinite(least) ? least * (1 - 1e-6) : 0;
}
