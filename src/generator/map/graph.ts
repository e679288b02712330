/**
 * A road network for cars. Nodes are where roads meet or end, edges the drivable directions between them; the bends of
 * an edge are points, which routing need not look at. Rows of edges and of points are compressed into typed arrays, so
 * that a city is a few megabytes.
 */
export interface RoadGraph {
  readonly name: string;
  /** Shown wherever the trips are. */
  readonly attribution: string;
  /** Degrees, by node. */
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  /** Edges of node n are firstEdge[n] … firstEdge[n + 1] - 1. */
  readonly firstEdge: Uint32Array;
  /** By edge: target node, length in metres, time in seconds at the road's speed. */
  readonly to: Uint32Array;
  readonly metres: Float32Array;
  readonly seconds: Float32Array;
  /** Bends of edge e, in the order of driving, are firstBend[e] … firstBend[e + 1] - 1. */
  readonly firstBend: Uint32Array;
  readonly bendLon: Float64Array;
  readonly bendLat: Float64Array;
}

export type Naming = Pick<RoadGraph, 'name' | 'attribution'>;
export type Point = readonly [lon: number, lat: number];

/** An edge before it is sorted into rows. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly metres: number;
  readonly seconds: number;
  readonly bends: readonly Point[];
}

export function buildGraph(naming: Naming, nodes: readonly Point[], edges: readonly Edge[]): RoadGraph {
  const firstEdge = new Uint32Array(nodes.length + 1);
  for (const { from } of edges) firstEdge[from + 1]!++;
  for (let n = 0; n < nodes.length; n++) firstEdge[n + 1]! += firstEdge[n]!;
  const next = firstEdge.slice();
  const rows = new Array<Edge>(edges.length);
  for (const edge of edges) rows[next[edge.from]!++] = edge;
  const firstBend = new Uint32Array(edges.length + 1);
  for (const [i, { bends }] of rows.entries()) firstBend[i + 1] = firstBend[i]! + bends.length;
  const bends = rows.flatMap((edge) => edge.bends);
  return {
    ...naming,
    lon: Float64Array.from(nodes, ([lon]) => lon),
    lat: Float64Array.from(nodes, ([, lat]) => lat),
    firstEdge,
    to: Uint32Array.from(rows, ({ to }) => to),
    metres: Float32Array.from(rows, ({ metres }) => metres),
    seconds: Float32Array.from(rows, ({ seconds }) => seconds),
    firstBend,
    bendLon: Float64Array.from(bends, ([lon]) => lon),
    bendLat: Float64Array.from(bends, ([, lat]) => lat),
  };
}
