/**
 * Ways as a map file has them, before they are cut where they meet: rows of vertices, and what may be done on each way.
 * Both readers make this; `build-graph.ts` makes a graph of it.
 */
export interface Streets {
  /** Degrees, by vertex. */
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  /** Of NODE_KIND, by vertex. */
  readonly kind: Uint8Array;
  /** 1 where nothing can drive through, by vertex. */
  readonly barrier: Uint8Array;
  /** Vertices of way w are vertex[firstVertex[w]] … vertex[firstVertex[w + 1] - 1]; none is followed by itself. */
  readonly firstVertex: Uint32Array;
  readonly vertex: Uint32Array;
  /** By way: of ROAD_CLASSES; metres a second each way, 0 where that is not allowed. */
  readonly roadClass: Uint8Array;
  readonly forward: Float32Array;
  readonly backward: Float32Array;
  /** Above 0, at most 1: a search counts seconds / ease. */
  readonly ease: Float32Array;
  readonly local: Uint8Array;
  readonly bans: readonly TurnBan[];
}

/** A turn restriction: from a way over a vertex into a way, which is forbidden, or the only one that is not. */
export interface TurnBan {
  readonly from: number;
  readonly via: number;
  readonly to: number;
  readonly only: boolean;
}
