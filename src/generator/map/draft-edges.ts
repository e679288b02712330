import type { Chains } from './chains.ts';
import type { Streets } from './streets.ts';

/** Directions of chains, by their first node: those of node n are firstEdge[n] … firstEdge[n + 1] - 1. */
export interface DraftEdges {
  readonly firstEdge: Uint32Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** Twice the chain, and 1 more where the edge runs against it. */
  readonly direction: Uint32Array;
  /** Metres a second. */
  readonly speed: Float32Array;
  /** The same chain the other way, or -1. */
  readonly twin: Int32Array;
}

/** The directions that are open, of all chains or of those that `keep` names. */
export function draftEdges(streets: Streets, chains: Chains, keep?: Uint32Array): DraftEdges {
  const { from, to, firstWay, against, nodes } = chains;
  const beginOf = (direction: number) => (direction & 1 ? to : from)[direction >> 1]!;
  const speedOf = (direction: number) => {
    const chain = direction >> 1;
    return ((against[chain]! ^ (direction & 1)) === 1 ? streets.backward : streets.forward)[firstWay[chain]!]!;
  };
  const open =
    keep ?? Uint32Array.from({ length: 2 * from.length }, (_, direction) => direction).filter((d) => speedOf(d) > 0);
  const firstEdge = new Uint32Array(nodes.length + 1);
  for (const one of open) firstEdge[beginOf(one) + 1]!++;
  for (let node = 0; node < nodes.length; node++) firstEdge[node + 1]! += firstEdge[node]!;
  const next = firstEdge.slice();
  const direction = new Uint32Array(open.length);
  const edgeOf = new Int32Array(2 * from.length).fill(-1);
  for (const one of open) {
    const edge = next[beginOf(one)]!++;
    direction[edge] = one;
    edgeOf[one] = edge;
  }
  return {
    firstEdge,
    from: direction.map(beginOf),
    to: direction.map((one) => beginOf(one ^ 1)),
    direction,
    speed: Float32Array.from(direction, speedOf),
    twin: Int32Array.from(direction, (one) => edgeOf[one ^ 1]!),
  };
}
