import { NODE_KIND } from './graph.ts';
import { growing } from './growing.ts';
import type { Streets } from './streets.ts';

/** Roads from node to node. Node n is at vertex nodes[n]; chain c holds vertex[firstVertex[c]] … vertex[firstVertex[c + 1] - 1]. */
export interface Chains {
  readonly nodes: Uint32Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** The ways it begins and ends with. */
  readonly firstWay: Uint32Array;
  readonly lastWay: Uint32Array;
  /** 1 where it runs against its first way. */
  readonly against: Uint8Array;
  readonly firstVertex: Uint32Array;
  readonly vertex: Uint32Array;
}

/** Stretches of one way between two places where something happens; begin and end are places in streets.vertex. */
interface Pieces {
  readonly way: Uint32Array;
  readonly begin: Uint32Array;
  readonly end: Uint32Array;
}

/**
 * Ways cut where they meet, and joined where nothing happens: two ways of one class and speed that meet end to end are
 * one road (OpenStreetMap cuts a way for every bridge, name and lane).
 */
export function chainsOf(streets: Streets): Chains {
  const pieces = piecesOf(streets);
  const mates = matesOf(streets, pieces);
  const nodeOf = nodeNumbers(streets);
  const columns = { from: u32(), to: u32(), firstWay: u32(), lastWay: u32(), firstVertex: u32(), vertex: u32() };
  const against = growing(Uint8Array);
  const taken = new Uint8Array(pieces.way.length);
  const vertexAt = (end: number) => streets.vertex[(end & 1 ? pieces.end : pieces.begin)[end >> 1]!]!;
  const pushPiece = (entry: number) => {
    const [begin, end] = [pieces.begin[entry >> 1]!, pieces.end[entry >> 1]!];
    // The vertex at which two pieces join is theirs together.
    const skip = columns.vertex.length > columns.firstVertex.last! ? 1 : 0;
    for (let i = skip; i <= end - begin; i++) columns.vertex.push(streets.vertex[entry & 1 ? end - i : begin + i]!);
  };

  for (let piece = 0; piece < pieces.way.length; piece++) {
    if (taken[piece] === 1) continue;
    // Back to where the road begins; a ring without a node begins here.
    let start = 2 * piece;
    for (let mate = mates[start]!; mate !== -1 && mate >> 1 !== piece; mate = mates[start]!) start = mate ^ 1;
    columns.firstVertex.push(columns.vertex.length);
    let entry = start;
    for (let next = start; next !== -1 && taken[next >> 1] === 0; next = mates[entry ^ 1]!) {
      entry = next;
      taken[entry >> 1] = 1;
      pushPiece(entry);
    }
    columns.from.push(nodeOf.at(vertexAt(start)));
    columns.to.push(nodeOf.at(vertexAt(entry ^ 1)));
    columns.firstWay.push(pieces.way[start >> 1]!);
    columns.lastWay.push(pieces.way[entry >> 1]!);
    against.push(start & 1);
  }
  columns.firstVertex.push(columns.vertex.length);
  const { from, to, firstWay, lastWay, firstVertex, vertex } = columns;
  return {
    nodes: nodeOf.done(),
    from: from.done(),
    to: to.done(),
    firstWay: firstWay.done(),
    lastWay: lastWay.done(),
    against: against.done(),
    firstVertex: firstVertex.done(),
    vertex: vertex.done(),
  };
}

function u32() {
  return growing(Uint32Array);
}

function piecesOf({ firstVertex, vertex, lon, kind, barrier, bans }: Streets): Pieces {
  const uses = new Uint8Array(lon.length);
  const use = (at: number, times: number) => {
    uses[at] = Math.min(2, uses[at]! + times);
  };
  for (let way = 0; way + 1 < firstVertex.length; way++) {
    const [first, last] = [firstVertex[way]!, firstVertex[way + 1]! - 1];
    for (let i = first; i <= last; i++) use(vertex[i]!, i === first || i === last ? 2 : 1);
  }
  for (const { via } of bans) use(via, 2);
  const isCut = (at: number) => uses[at] === 2 || kind[at] !== NODE_KIND.plain || barrier[at] === 1;
  const pieces = { way: u32(), begin: u32(), end: u32() };
  for (let way = 0; way + 1 < firstVertex.length; way++) {
    let begin = firstVertex[way]!;
    for (let i = begin + 1; i < firstVertex[way + 1]!; i++) {
      if (!isCut(vertex[i]!)) continue;
      pieces.way.push(way);
      pieces.begin.push(begin);
      pieces.end.push(i);
      begin = i;
    }
  }
  return { way: pieces.way.done(), begin: pieces.begin.done(), end: pieces.end.done() };
}

/** For each end of a piece (2p its beginning, 2p + 1 its end): the end that carries the same road on, or -1. */
function matesOf(streets: Streets, { way, begin, end }: Pieces): Int32Array {
  const { lon, kind, barrier, vertex, bans, forward, backward, roadClass, ease, local } = streets;
  const count = new Uint8Array(lon.length);
  const two = [new Int32Array(lon.length), new Int32Array(lon.length)] as const;
  const meet = (at: number, which: number) => {
    if (count[at]! < 2) two[count[at]!]![at] = which;
    count[at] = Math.min(3, count[at]! + 1);
  };
  for (let piece = 0; piece < way.length; piece++) {
    meet(vertex[begin[piece]!]!, 2 * piece);
    meet(vertex[end[piece]!]!, 2 * piece + 1);
  }
  const mates = new Int32Array(2 * way.length).fill(-1);
  const isVia = new Set(bans.map(({ via }) => via));
  for (let at = 0; at < lon.length; at++) {
    if (count[at] !== 2 || kind[at] !== NODE_KIND.plain || barrier[at] === 1 || isVia.has(at)) continue;
    const [out, on] = [two[0][at]!, two[1][at]!];
    const [a, b] = [way[out >> 1]!, way[on >> 1]!];
    const alike = roadClass[a] === roadClass[b] && ease[a] === ease[b] && local[a] === local[b];
    const [aheadA, backA] = out & 1 ? [forward[a], backward[a]] : [backward[a], forward[a]];
    const [aheadB, backB] = on & 1 ? [backward[b], forward[b]] : [forward[b], backward[b]];
    if (out >> 1 === on >> 1 || !alike || aheadA !== aheadB || backA !== backB) continue;
    mates[out] = on;
    mates[on] = out;
  }
  return mates;
}

/** Numbers vertices as they come. Nothing passes a barrier, so each road to one ends at a node of its own. */
function nodeNumbers({ lon, barrier }: Streets) {
  const numbers = new Int32Array(lon.length).fill(-1);
  const nodes = u32();
  return {
    at(vertex: number): number {
      if (numbers[vertex] !== -1 && barrier[vertex] === 0) return numbers[vertex]!;
      numbers[vertex] = nodes.length;
      nodes.push(vertex);
      return numbers[vertex]!;
    },
    done: () => nodes.done(),
  };
}
