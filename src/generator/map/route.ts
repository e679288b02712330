import FlatQueue from 'flatqueue';
import type { RoadGraph } from './graph.ts';

/** A way through the network: its edges, and the seconds from its beginning to the end of each. */
export interface Route {
  readonly edges: Uint32Array;
  readonly arrivals: Float64Array;
}

/** Finds the fastest way, of no edges from a node to itself; undefined where there is none. */
export type Router = (from: number, to: number) => Route | undefined;

/** A* over the graph's arrays; a router keeps its own from one search to the next. */
export function newRouter(graph: RoadGraph): Router {
  const { lon, lat, firstEdge, to: target, seconds } = graph;
  const cost = new Float64Array(lon.length);
  const via = new Int32Array(lon.length); // the edge that leads here
  const source = new Int32Array(lon.length);
  // Which search an entry belongs to: cheaper than clearing a city for every trip.
  const stamp = new Uint32Array(lon.length);
  const settled = new Uint32Array(lon.length);
  const queue = new FlatQueue<number>();
  const cosine = Math.cos(((lat[0] ?? 0) * Math.PI) / 180);
  const secondsPerDegree = leastSecondsPerDegree(graph, cosine);
  let search = 0;

  return (from, to) => {
    search++;
    queue.clear();
    const [toLon, toLat] = [lon[to]!, lat[to]!];
    const ahead = (node: number) => {
      const dx = (lon[node]! - toLon) * cosine;
      const dy = lat[node]! - toLat;
      return Math.sqrt(dx * dx + dy * dy) * secondsPerDegree;
    };
    stamp[from] = search;
    cost[from] = 0;
    via[from] = -1;
    queue.push(from, ahead(from));
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      if (node === to) return trace(to);
      if (settled[node] === search) continue;
      settled[node] = search;
      const soFar = cost[node]!;
      for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
        const next = target[edge]!;
        const total = soFar + seconds[edge]!;
        if (stamp[next] === search && cost[next]! <= total) continue;
        stamp[next] = search;
        cost[next] = total;
        via[next] = edge;
        source[next] = node;
        queue.push(next, total + ahead(next));
      }
    }
    return undefined;
  };

  function trace(to: number): Route {
    const edges: number[] = [];
    const arrivals: number[] = [];
    for (let node = to; via[node] !== -1; node = source[node]!) {
      edges.push(via[node]!);
      arrivals.push(cost[node]!);
    }
    return { edges: Uint32Array.from(edges.reverse()), arrivals: Float64Array.from(arrivals.reverse()) };
  }
}

/**
 * No edge brings a car nearer its goal in less. A* is exact where the rest of the way is never overrated, so the pace is
 * that of the map's own edges, measured as the search measures, a hair less for rounding.
 */
function leastSecondsPerDegree({ lon, lat, firstEdge, to, seconds }: RoadGraph, cosine: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let node = 0; node < lon.length; node++) {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const dx = (lon[to[edge]!]! - lon[node]!) * cosine;
      const dy = lat[to[edge]!]! - lat[node]!;
      least = Math.min(least, seconds[edge]! / Math.sqrt(dx * dx + dy * dy));
    }
  }
  return Number.isFinite(least) ? least * (1 - 1e-9) : 0;
}
