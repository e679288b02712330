import { type Demand, newDemand } from './demand.ts';
import type { DemandTiles } from './demand-scores.ts';
import type { RoadGraph } from './graph.ts';

/** Roads, and where on them people want to be. */
export interface RoadMap {
  readonly graph: RoadGraph;
  readonly demand: Demand;
  /** What the demand is drawn from. */
  readonly tiles: DemandTiles;
  /** Nodes that roads name and the map file lacks, as where an extract was cut badly: there the roads end. */
  readonly gaps: number;
}

export function newRoadMap(graph: RoadGraph, tiles: DemandTiles, gaps = 0): RoadMap {
  return { graph, tiles, gaps, demand: newDemand(tiles) };
}
