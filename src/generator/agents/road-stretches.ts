import type { AgentRandom } from '../agent-random.ts';
import { NODE_KIND, type RoadGraph } from '../map/graph.ts';
import type { Route } from '../map/route.ts';
import type { Corner } from './corners.ts';
import type { Stretch } from './drive-profile.ts';
import { type Junction, roadStops } from './road-stops.ts';

/** How someone drives. */
export interface Driver {
  /** Times the road's speed. */
  readonly pace: number;
  /** How often they come to a stand, 1 being usual. */
  readonly readiness: number;
  /** Times the usual acceleration and braking. */
  readonly vigour: number;
}

/** Logarithms' standard deviations. */
const [PACE_SPREAD, READINESS_SPREAD, VIGOUR_SPREAD] = [0.08, 0.25, 0.12];

/** Drivers differ; their mean is 1. */
export function newDriver(random: AgentRandom): Driver {
  const drawn = (spread: number) => Math.exp(spread * random.normal() - spread ** 2 / 2);
  return { pace: drawn(PACE_SPREAD), readiness: drawn(READINESS_SPREAD), vigour: drawn(VIGOUR_SPREAD) };
}

/** m/s²: fitted to driver A's changes of speed from second to second (5th and 95th percentile -1.16 and 1.16). */
const [ACCELERATES, BRAKES, MANNER_SPREAD] = [1.65, 1.15, 0.45];
/** Engines pull less the faster a car is: at this speed, in m/s, half as much. */
const HALF_PULL = 20;
/** Other traffic makes a stretch faster or slower than the road; how much of that goes on into the next stretch. */
const [SPEED_SPREAD, GOES_ON] = [0.2, 0.6];
/** Nobody keeps one speed for longer. */
const EVEN_METRES = 100;
const [SLOWEST, FASTEST] = [1.5, 42];
const NOWHERE = Number.POSITIVE_INFINITY;

/** Cuts a route where anything changes: at nodes, corners and stops, and on long roads in between. */
export function roadStretches(
  graph: RoadGraph,
  { edges, fromShare, toShare }: Route,
  metres: number,
  corners: readonly Corner[],
  driver: Driver,
  random: AgentRandom,
): Stretch[] {
  const ends = nodeMarks(graph, edges, fromShare, toShare, metres);
  const stops = roadStops(junctionsOf(graph, edges, ends), metres, driver.readiness, random);
  const stretches: Stretch[] = [];
  let [begin, corner, stop, traffic] = [0, 0, 0, random.normal()];

  const cut = (end: number, roadSpeed: number, exit: number, dwell: number) => {
    const parts = Math.max(1, Math.ceil((end - begin) / EVEN_METRES));
    const part = (end - begin) / parts;
    for (let i = 1; i <= parts; i++) {
      traffic = GOES_ON * traffic + Math.sqrt(1 - GOES_ON * GOES_ON) * random.normal();
      const wanted = roadSpeed * driver.pace * Math.exp(SPEED_SPREAD * traffic);
      const speed = Math.min(FASTEST, Math.max(SLOWEST, wanted));
      const manner = driver.vigour * Math.exp(MANNER_SPREAD * random.normal());
      const isLast = i === parts;
      stretches.push({
        end: isLast ? end : begin + part * i,
        speed,
        exit: isLast ? exit : NOWHERE,
        dwell: isLast ? dwell : 0,
        accelerates: (ACCELERATES * manner) / (1 + speed / HALF_PULL),
        brakes: BRAKES * driver.vigour * Math.exp(MANNER_SPREAD * random.normal()),
      });
    }
    begin = end;
  };

  for (const [i, end] of ends.entries()) {
    const edge = edges[i]!;
    const speed = graph.metres[edge]! / graph.seconds[edge]!;
    for (;;) {
      const [cornerAt, stopAt] = [corners[corner]?.metres ?? NOWHERE, stops[stop]?.metres ?? NOWHERE];
      if (Math.min(cornerAt, stopAt) > end) break;
      if (cornerAt <= stopAt) cut(cornerAt, speed, corners[corner++]!.speed, 0);
      else cut(stopAt, speed, 0, stops[stop++]!.dwell);
    }
    if (end > begin) cut(end, speed, NOWHERE, 0);
  }
  return stretches;
}

/** Metres from the beginning of the route to the end of each of its edges; the last is the route's length. */
function nodeMarks(
  graph: RoadGraph,
  edges: Uint32Array,
  fromShare: number,
  toShare: number,
  metres: number,
): Float64Array {
  const last = edges.length - 1;
  let total = 0;
  const marks = Float64Array.from(edges, (edge, i) => {
    total += graph.metres[edge]! * ((i === last ? toShare : 1) - (i === 0 ? fromShare : 0));
    return total;
  });
  // Edges have their lengths from the map, lines from their vertices: a hair apart.
  const scale = total > 0 ? metres / total : 0;
  for (let i = 0; i <= last; i++) marks[i]! *= scale;
  if (last >= 0) marks[last] = metres;
  return marks;
}

function junctionsOf({ to, nodeKind, roads }: RoadGraph, edges: Uint32Array, ends: Float64Array): Junction[] {
  const junctions: Junction[] = [];
  for (let i = 0; i < edges.length - 1; i++) {
    const node = to[edges[i]!]!;
    const [kind, meets] = [nodeKind[node]!, roads[node]! > 2];
    if (meets || kind !== NODE_KIND.plain) junctions.push({ metres: ends[i]!, kind, meets });
  }
  return junctions;
}
