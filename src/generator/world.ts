import type { RoadGraph } from './map/graph.ts';
import type { RoadMap } from './map/road-map.ts';
import { newRouter, type Router } from './map/route.ts';
import { newSnapper, type Snapper } from './map/snap.ts';

/** What all agents of a thread share: where they may go, and since when. */
export interface World {
  readonly map: RoadMap;
  readonly graph: RoadGraph;
  readonly demand: RoadMap['demand'];
  readonly route: Router;
  readonly snap: Snapper;
  /** Epoch ms: second 0. */
  readonly start: number;
}

/** One per thread: a router keeps what it last searched. */
export function newWorld(map: RoadMap, start: number): World {
  const { graph, demand } = map;
  return { map, graph, demand, route: newRouter(graph), snap: newSnapper(graph), start };
}
