import { crc32 } from 'node:zlib';
import type { Naming } from './graph.ts';
import { newRoadMap, type RoadMap } from './road-map.ts';

/** Raised with every change of what the file holds; part of the name of what is kept in the cache. */
export const LAYOUT = 'simctl-graph-5';

const GRAPH = {
  lon: Float64Array,
  lat: Float64Array,
  nodeKind: Uint8Array,
  roads: Uint8Array,
  firstEdge: Uint32Array,
  from: Uint32Array,
  to: Uint32Array,
  metres: Float32Array,
  seconds: Float32Array,
  weight: Float32Array,
  roadClass: Uint8Array,
  local: Uint8Array,
  twin: Int32Array,
  departs: Float32Array,
  arrives: Float32Array,
  firstBend: Uint32Array,
  bendLon: Float64Array,
  bendLat: Float64Array,
  firstBarred: Uint32Array,
  barred: Uint32Array,
  landmarks: Float32Array,
} as const;
const TILES = { tile: Float64Array, sum: Float64Array } as const;

type Kinds = Readonly<Record<string, { new (buffer: ArrayBuffer): ArrayBufferView; BYTES_PER_ELEMENT: number }>>;

interface Header extends Naming {
  readonly layout: string;
  readonly lengths: Readonly<Record<string, number>>;
  readonly gaps: number;
  /** Of everything after the header. */
  readonly crc: number;
}

/**
 * A line of JSON that says what follows, padded so that the arrays after it are aligned, and the arrays' own bytes:
 * little-endian, as every machine that Node runs on.
 */
export function encodeMap({ graph, tiles, gaps }: RoadMap): Buffer {
  const { name, attribution } = graph;
  const views = Object.keys({ ...GRAPH, ...TILES }).map(
    (key) => [key, { ...graph, ...tiles }[key as keyof typeof GRAPH | keyof typeof TILES]] as const,
  );
  const body = Buffer.concat(
    views.flatMap(([, { buffer, byteOffset, byteLength }]) => [
      Buffer.from(buffer, byteOffset, byteLength),
      Buffer.alloc(padding(byteLength)),
    ]),
  );
  const lengths = Object.fromEntries(views.map(([key, { length }]) => [key, length]));
  const header = JSON.stringify({
    layout: LAYOUT,
    name,
    attribution,
    lengths,
    gaps,
    crc: crc32(body),
  } satisfies Header);
  return Buffer.concat([Buffer.from(`${header}${' '.repeat(7 - (Buffer.byteLength(header) % 8))}\n`), body]);
}

/** @throws Error where the bytes are not what `encodeMap` writes. */
export function decodeMap(bytes: Buffer): RoadMap {
  const end = bytes.indexOf('\n');
  const { layout, name, attribution, lengths, gaps, crc } = headerOf(bytes.toString('utf8', 0, Math.max(0, end)));
  if (layout !== LAYOUT) throw new Error(`it begins with ${JSON.stringify(layout)}, and ${LAYOUT} was expected`);
  let at = end + 1;
  const read = (kinds: Kinds) =>
    Object.entries(kinds).map(([key, kind]) => {
      const size = lengths[key]! * kind.BYTES_PER_ELEMENT;
      if (!(at + size <= bytes.length)) throw new Error(`it is cut off after ${bytes.length} bytes`);
      // A copy of its own: the buffer may lie anywhere, and typed arrays must lie straight.
      const part = new Uint8Array(bytes.subarray(at, at + size)).buffer;
      at += size + padding(size);
      return [key, new kind(part)] as const;
    });
  const graph = { name, attribution, ...Object.fromEntries(read(GRAPH)) } as unknown as RoadMap['graph'];
  const tiles = Object.fromEntries(read(TILES)) as unknown as RoadMap['tiles'];
  if (crc32(bytes.subarray(end + 1)) !== crc) throw new Error('its bytes are not those that were written');
  return newRoadMap(graph, tiles, gaps);
}

function headerOf(line: string): Partial<Header> & Pick<Header, 'lengths'> & Naming {
  try {
    const header = JSON.parse(line);
    if (typeof header?.lengths === 'object' || header?.layout !== LAYOUT) return header ?? {};
  } catch {
    // Said below.
  }
  throw new Error('it does not begin as a map does');
}

function padding(size: number): number {
  return (8 - (size % 8)) % 8;
}
