import type { RoadGraph } from './map/graph.ts';
import { newRouter, type Router } from './map/route.ts';

/** What all cars of a thread share. */
export interface World {
  readonly graph: RoadGraph;
  readonly route: Router;
  /** Nodes at which trips begin and end. */
  readonly places: Uint32Array;
}

/** Nobody parks where traffic is faster than this: on motorways and the like. */
const FASTEST_STREET = 60 / 3.6;

export function newWorld(graph: RoadGraph): World {
  const { firstEdge, metres, seconds, lon } = graph;
  const nodes = Uint32Array.from({ length: lon.length }, (_, node) => node);
  const isStreet = (edge: number) => metres[edge]! / seconds[edge]! < FASTEST_STREET;
  const places = nodes.filter((node) => {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) if (isStreet(edge)) return true;
    return false;
  });
  return { graph, route: newRouter(graph), places: places.length > 1 ? places : nodes };
}
