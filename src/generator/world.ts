import type { RoadGraph } from './map/graph.ts';
import type { RoadMap } from './map/road-map.ts';
import { newRouter, type Router } from './map/route.ts';
import { newSnapper, type Snapper } from './map/snap.ts';

/** What all agents of a thread share. */
export interface World {
  readonly map: RoadMap;
  readonly graph: RoadGraph;
  readonly demand: RoadMap['demand'];
  readonly route: Router;
  readonly snap: Snapper;
}

export function newWorld(map: RoadMap): World {
  const { graph, demand } = map;
  return { map, graph, demand, route: newRouter(graph), snap: newSnapper(graph) };
}
