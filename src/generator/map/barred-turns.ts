import type { Chains } from './chains.ts';
import type { DraftEdges } from './draft-edges.ts';
import type { RoadGraph } from './graph.ts';
import type { Streets } from './streets.ts';

export type Bars = Pick<RoadGraph, 'firstBarred' | 'barred'>;

/**
 * The turns that are not allowed: by the map's restrictions, and back into the road one came by where another leads on
 * (so does OSRM: it turns round at dead ends alone).
 */
export function barredTurns(streets: Streets, chains: Chains, edges: DraftEdges): Bars {
  const { firstEdge, to, twin } = edges;
  const banned = new Map<number, Set<number>>();
  const ban = (edge: number, next: number) => {
    const others = banned.get(edge);
    if (others) others.add(next);
    else banned.set(edge, new Set([next]));
  };
  restrict(streets, chains, edges, ban);

  const firstBarred = new Uint32Array(to.length + 1);
  const barred: number[] = [];
  for (let edge = 0; edge < to.length; edge++) {
    const bans = banned.get(edge);
    let waysOn = 0;
    for (let next = firstEdge[to[edge]!]!; next < firstEdge[to[edge]! + 1]!; next++) {
      if (bans?.has(next)) barred.push(next);
      else if (next !== twin[edge]) waysOn++;
    }
    if (twin[edge] !== -1 && waysOn > 0 && !bans?.has(twin[edge]!)) barred.push(twin[edge]!);
    firstBarred[edge + 1] = barred.length;
  }
  return { firstBarred, barred: Uint32Array.from(barred) };
}

function restrict(
  { bans }: Streets,
  { nodes, firstWay, lastWay }: Chains,
  { firstEdge, to, direction, twin }: DraftEdges,
  ban: (edge: number, next: number) => void,
): void {
  if (bans.length === 0) return;
  const beginWay = (edge: number) => (direction[edge]! & 1 ? lastWay : firstWay)[direction[edge]! >> 1]!;
  const endWay = (edge: number) => (direction[edge]! & 1 ? firstWay : lastWay)[direction[edge]! >> 1]!;
  const nodeOf = new Map(bans.map(({ via }) => [via, -1]));
  for (const [node, vertex] of nodes.entries()) if (nodeOf.has(vertex)) nodeOf.set(vertex, node);
  const entering = new Map<number, number[]>();
  const vias = new Set(nodeOf.values());
  for (const [edge, node] of to.entries())
    if (vias.has(node)) entering.set(node, [...(entering.get(node) ?? []), edge]);

  for (const { from, via, to: into, only } of bans) {
    const node = nodeOf.get(via)!;
    const exits = Array.from(
      { length: node === -1 ? 0 : firstEdge[node + 1]! - firstEdge[node]! },
      (_, i) => firstEdge[node]! + i,
    );
    for (const edge of entering.get(node) ?? []) {
      if (endWay(edge) !== from) continue;
      // A way that runs on through the junction is both; then the turn meant is the one back.
      const targets = exits.filter((next) => beginWay(next) === into && (from !== into || next === twin[edge]));
      if (!only) for (const next of targets) ban(edge, next);
      else if (targets.length > 0) for (const next of exits) if (!targets.includes(next)) ban(edge, next);
    }
  }
}
