import FlatQueue from 'flatqueue';
import type { RoadGraph, Spot } from './graph.ts';
import { LANDMARKS } from './landmarks.ts';
import { turnSeconds } from './turn.ts';
import { turnWeights } from './turn-weights.ts';

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

const UNREACHED = -1;

/**
 * A* from edge to edge, because what a turn costs depends on where one comes from, guided by landmarks. A router keeps
 * its arrays from one search to the next, and stamps entries instead of clearing a city for every trip.
 */
export function newRouter(graph: RoadGraph): Router {
  const { firstEdge, to: target, weight, metres, seconds, twin } = graph;
  const turns = turnWeights(graph);
  const goalBounds = newBounds(graph);
  // By edge: the least weight to its end, and the edge before it.
  const cost = new Float64Array(target.length);
  const previous = new Int32Array(target.length);
  const stamp = new Uint32Array(target.length);
  const settled = new Uint32Array(target.length);
  const queue = new FlatQueue<number>();
  let search = 0;
  let best = { weight: 0, edge: UNREACHED, share: 0, previous: UNREACHED };

  return (from, to) => {
    search++;
    queue.clear();
    best = { weight: Number.POSITIVE_INFINITY, edge: UNREACHED, share: 0, previous: UNREACHED };
    const starts = bothWays(from);
    const goals = bothWays(to);
    const [goal, other] = [goals[0]!.edge, goals.at(-1)!.edge];
    const ahead = goalBounds(goals);
    for (const { edge, share } of starts) {
      for (const spot of goals) {
        if (spot.edge === edge && spot.share >= share) offer((spot.share - share) * weight[edge]!, spot, UNREACHED);
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
      const end = firstEdge[node + 1]!;
      const turn = turns.first[edge]! - first;
      for (let next = first; next < end; next++) {
        const entered = soFar + turns.weight[turn + next]!;
        if (entered >= best.weight || (settled[next] === search && next !== goal && next !== other)) continue;
        if (next === goal) offer(entered + goals[0]!.share * weight[next]!, goals[0]!, edge);
        else if (next === other) offer(entered + goals[1]!.share * weight[next]!, goals[1]!, edge);
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
    if (total < best.weight) best = { weight: total, edge, share, previous: before };
  }

  function trace(starts: readonly Spot[]): Route {
    const edges = [best.edge];
    for (let edge = best.previous; edge !== UNREACHED; edge = previous[edge]!) edges.push(edge);
    edges.reverse();
    const fromShare = starts.find(({ edge }) => edge === edges[0])!.share;
    const toShare = best.share;
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

/** At least what it weighs from the end of an edge to the goal. */
type Bound = (edge: number) => number;

function newBounds({ landmarks, weight }: RoadGraph): (goals: readonly Spot[]) => Bound {
  // By landmark: at least what it weighs from it to the goal, and at most what it weighs from the goal to it.
  const [least, most] = [new Float64Array(LANDMARKS), new Float64Array(LANDMARKS)];
  const bound = (edge: number) => {
    const row = edge * 2 * LANDMARKS;
    let largest = 0;
    for (let landmark = 0; landmark < LANDMARKS; landmark++) {
      const out = least[landmark]! - landmarks[row + landmark]!;
      const back = landmarks[row + LANDMARKS + landmark]! - most[landmark]!;
      if (out > largest) largest = out;
      if (back > largest) largest = back;
    }
    return largest;
  };
  return (goals) => {
    for (let landmark = 0; landmark < LANDMARKS; landmark++) {
      least[landmark] = Number.POSITIVE_INFINITY;
      most[landmark] = 0;
      for (const { edge, share } of goals) {
        const row = edge * 2 * LANDMARKS + landmark;
        const rest = (1 - share) * weight[edge]!;
        least[landmark] = Math.min(least[landmark]!, landmarks[row]! - rest);
        most[landmark] = Math.max(most[landmark]!, landmarks[row + LANDMARKS]! + rest);
      }
    }
    return bound;
  };
}
