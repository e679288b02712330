import { isBarred, NODE_KIND, type RoadGraph } from './graph.ts';

/** Of OSRM's car profile (v5.27.1, `profiles/car.lua`), which trip-simulator relies on. */
const SIGNALS_S = 2;
const SHARPEST_S = 7.5;
const BACK_S = 20;
/** Crossing the oncoming traffic takes longer; vehicles are taken to keep to the right. */
const BIAS = 1.075;

/** Seconds that it takes to turn from an edge into the next, on top of both edges' own; Infinity where that is barred. */
type Turning = Omit<RoadGraph, 'landmarks'>;

export function turnSeconds(graph: Turning, edge: number, next: number): number {
  if (isBarred(graph, edge, next)) return Number.POSITIVE_INFINITY;
  const node = graph.to[edge]!;
  const wait = graph.nodeKind[node] === NODE_KIND.signals ? SIGNALS_S : 0;
  const isBack = next === graph.twin[edge];
  if (graph.roads[node]! <= 2 && !isBack) return wait;
  // Above 0 to the right, up to 180 for all the way round.
  const angle = isBack ? 180 : ((graph.departs[next]! - graph.arrives[edge]! + 540) % 360) - 180;
  const bias = angle >= 0 ? BIAS : 1 / BIAS;
  const slowing = SHARPEST_S / (1 + Math.exp(-((13 / bias) * (Math.abs(angle) / 180) - 6.5 * bias)));
  return wait + slowing + (isBack ? BACK_S : 0);
}
