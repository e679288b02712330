import type { Naming, RoadGraph } from './graph.ts';

const MAGIC = 'simctl-graph-2';
const KINDS = {
  lon: Float64Array,
  lat: Float64Array,
  firstEdge: Uint32Array,
  to: Uint32Array,
  metres: Float32Array,
  seconds: Float32Array,
  firstBend: Uint32Array,
  bendLon: Float64Array,
  bendLat: Float64Array,
} as const;
const ARRAYS = Object.keys(KINDS) as (keyof typeof KINDS)[];

/**
 * A line of JSON that says what follows, padded so that the arrays after it are aligned, and the arrays' own bytes:
 * little-endian, as every machine that Node runs on.
 */
export function encodeGraph(graph: RoadGraph): Buffer {
  const { name, attribution } = graph;
  const lengths = ARRAYS.map((array) => graph[array].length);
  const header = JSON.stringify({ magic: MAGIC, name, attribution, lengths });
  const padded = `${header}${' '.repeat(7 - (Buffer.byteLength(header) % 8))}\n`;
  const parts = ARRAYS.map((array) =>
    Buffer.from(graph[array].buffer, graph[array].byteOffset, graph[array].byteLength),
  );
  return Buffer.concat([Buffer.from(padded), ...parts.flatMap((part) => [part, Buffer.alloc(padding(part.length))])]);
}

/** @throws Error where the bytes are not what `encodeGraph` writes. */
export function decodeGraph(bytes: Buffer): RoadGraph {
  const end = bytes.indexOf('\n');
  const { magic, name, attribution, lengths } = headerOf(bytes.toString('utf8', 0, Math.max(0, end)));
  if (magic !== MAGIC) throw new Error(`it begins with ${JSON.stringify(magic)}, and ${MAGIC} was expected`);
  let at = end + 1;
  const arrays = ARRAYS.map((array, i) => {
    const size = (lengths[i] ?? 0) * KINDS[array].BYTES_PER_ELEMENT;
    if (at + size > bytes.length) throw new Error(`it is cut off after ${bytes.length} bytes`);
    // A copy of its own: the buffer may lie anywhere, and typed arrays must lie straight.
    const part = new Uint8Array(bytes.subarray(at, at + size)).buffer;
    at += size + padding(size);
    return [array, new KINDS[array](part)] as const;
  });
  return { name, attribution, ...Object.fromEntries(arrays) } as unknown as RoadGraph;
}

function headerOf(line: string): Naming & { magic?: string; lengths: number[] } {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error('it does not begin as a map does', { cause: error });
  }
}

function padding(size: number): number {
  return (8 - (size % 8)) % 8;
}
