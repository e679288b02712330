/** What stands at a node and may make a vehicle wait. */
export const NODE_KIND = { plain: 0, signals: 1, stop: 2, giveWay: 3, crossing: 4 } as const;
export type NodeKind = (typeof NODE_KIND)[keyof typeof NODE_KIND];

/** OpenStreetMap's `highway` values on which something that simctl simulates may move. */
export const ROAD_CLASSES = [
  'motorway',
  'motorway_link',
  'trunk',
  'trunk_link',
  'primary',
  'primary_link',
  'secondary',
  'secondary_link',
  'tertiary',
  'tertiary_link',
  'unclassified',
  'residential',
  'living_street',
  'service',
  'track',
  'cycleway',
  'path',
  'footway',
  'pedestrian',
  'ferry',
] as const;
export type RoadClass = (typeof ROAD_CLASSES)[number];

/**
 * A road network. Nodes are where roads meet or end, or where signals and the like stand; edges are the directions in
 * which the roads between them may be driven; the bends of an edge are points, which routing need not look at.
 * Everything lies in typed arrays, so that a city is a few megabytes. From every edge each other can be reached.
 *
 *     node ──edge──▶ node        firstEdge[n] … firstEdge[n + 1] - 1  leave node n
 *          ◀─twin───             firstBend[e] … firstBend[e + 1] - 1  are the bends of edge e, in the order of driving
 */
export interface RoadGraph {
  readonly name: string;
  /** Shown wherever the trips are. */
  readonly attribution: string;
  /** Degrees, by node. */
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  /** Of NODE_KIND, by node. */
  readonly nodeKind: Uint8Array;
  /** How many roads meet at a node; one that is driven both ways counts once. */
  readonly roads: Uint8Array;
  readonly firstEdge: Uint32Array;
  /** By edge: its nodes, its length, its time at the road's speed without turns. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly metres: Float32Array;
  readonly seconds: Float32Array;
  /** What a search counts instead of the seconds: more, where a road is to be avoided. */
  readonly weight: Float32Array;
  /** Of ROAD_CLASSES, by edge. */
  readonly roadClass: Uint8Array;
  /** 1 where only those may drive who begin or end there (private roads, deliveries). */
  readonly local: Uint8Array;
  /** The same road the other way, or -1. */
  readonly twin: Int32Array;
  /** Bearings in degrees clockwise from north, at the edge's beginning and at its end. */
  readonly departs: Float32Array;
  readonly arrives: Float32Array;
  readonly firstBend: Uint32Array;
  readonly bendLon: Float64Array;
  readonly bendLat: Float64Array;
  /** barred[firstBarred[e]] … barred[firstBarred[e + 1] - 1] are the edges that one may not turn into from edge e. */
  readonly firstBarred: Uint32Array;
  readonly barred: Uint32Array;
  /** By edge, rows of what guides a search (landmarks.ts). */
  readonly landmarks: Float32Array;
}

export type Naming = Pick<RoadGraph, 'name' | 'attribution'>;
export type Point = readonly [lon: number, lat: number];

/** A place on a road: a share, 0 … 1, of an edge's length from its beginning. */
export interface Spot {
  readonly edge: number;
  readonly share: number;
}

/** Whether the network lets one go from edge into next, which must begin where edge ends. */
export function isBarred(
  { firstBarred, barred }: Pick<RoadGraph, 'firstBarred' | 'barred'>,
  edge: number,
  next: number,
): boolean {
  for (let i = firstBarred[edge]!; i < firstBarred[edge + 1]!; i++) if (barred[i] === next) return true;
  return false;
}
