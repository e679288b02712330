/**
 * A road network for cars: every vertex of every road is a node, every drivable direction between two an edge. Edges
 * are grouped by their source (compressed rows), all in typed arrays, so that a city is a few megabytes.
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
}

/** An edge before it is sorted into rows. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly metres: number;
  readonly seconds: number;
}

type Naming = Pick<RoadGraph, 'name' | 'attribution'>;

export function buildGraph(
  naming: Naming,
  nodes: readonly (readonly [lon: number, lat: number])[],
  edges: readonly Edge[],
): RoadGraph {
  const firstEdge = new Uint32Array(nodes.length + 1);
  for (const { from } of edges) firstEdge[from + 1]!++;
  for (let n = 0; n < nodes.length; n++) firstEdge[n + 1]! += firstEdge[n]!;
  const next = firstEdge.slice();
  const to = new Uint32Array(edges.length);
  const metres = new Float32Array(edges.length);
  const seconds = new Float32Array(edges.length);
  for (const edge of edges) {
    const at = next[edge.from]!++;
    to[at] = edge.to;
    metres[at] = edge.metres;
    seconds[at] = edge.seconds;
  }
  return {
    ...naming,
    lon: Float64Array.from(nodes, ([lon]) => lon),
    lat: Float64Array.from(nodes, ([, lat]) => lat),
    firstEdge,
    to,
    metres,
    seconds,
  };
}

const MAGIC = 'simctl-graph-1';
const ARRAYS = ['lon', 'lat', 'firstEdge', 'to', 'metres', 'seconds'] as const;
const KINDS = {
  lon: Float64Array,
  lat: Float64Array,
  firstEdge: Uint32Array,
  to: Uint32Array,
  metres: Float32Array,
  seconds: Float32Array,
};

/** A line of JSON that says what follows, padded so that the arrays after it are aligned, and the arrays' own bytes. */
export function encodeGraph(graph: RoadGraph): Buffer {
  const { name, attribution } = graph;
  const lengths = ARRAYS.map((array) => graph[array].length);
  const header = JSON.stringify({ magic: MAGIC, name, attribution, lengths });
  const padded = `${header}${' '.repeat(7 - (Buffer.byteLength(header) % 8))}\n`;
  const parts = ARRAYS.map((array) =>
    Buffer.from(graph[array].buffer, graph[array].byteOffset, graph[array].byteLength),
  );
  return Buffer.concat([
    Buffer.from(padded),
    ...parts.flatMap((part) => [part, Buffer.alloc((8 - (part.length % 8)) % 8)]),
  ]);
}

/** @throws Error where the bytes are not what `encodeGraph` writes. */
export function decodeGraph(bytes: Buffer): RoadGraph {
  const end = bytes.indexOf(10);
  const header = JSON.parse(bytes.toString('utf8', 0, end)) as Naming & { magic: string; lengths: number[] };
  if (header.magic !== MAGIC) throw new Error(`got ${header.magic}, expected ${MAGIC}`);
  let at = end + 1;
  const arrays = ARRAYS.map((array, i) => {
    const size = header.lengths[i]! * KINDS[array].BYTES_PER_ELEMENT;
    if (at + size > bytes.length) throw new Error('the file ends too early');
    // A copy of its own: the buffer may lie anywhere, and typed arrays must lie straight.
    const part = new Uint8Array(bytes.subarray(at, at + size)).buffer;
    at += size + ((8 - (size % 8)) % 8);
    return [array, new KINDS[array](part)] as const;
  });
  const { name, attribution } = header;
  return { name, attribution, ...Object.fromEntries(arrays) } as unknown as RoadGraph;
}
