import { type Demand, newDemand } from './demand.ts';
import type { DemandTiles } from './demand-scores.ts';
import type { RoadGraph } from './graph.ts';

/** Roads, and where on them people want to be. */
export interface RoadMap {
  readonly graph: RoadGraph;
  readonly demand: Demand;
  /** What the demand is drawn from. */
  readonly tiles: DemandTiles;
}

export function newRoadMap(graph: RoadGraph, tiles: DemandTiles): RoadMap {
  return { graph, tiles, demand: newDemand(tiles) };
}
