import type { Position } from '../../model.ts';
import type { AgentRandom } from '../agent-random.ts';
import type { Spot } from '../map/graph.ts';
import { type RouteLine, routeLine } from '../map/route-line.ts';
import type { World } from '../world.ts';

/** A way that was chosen, to look for a passenger or with one. */
export interface Leg {
  readonly to: Spot;
  readonly line: RouteLine;
  readonly metres: number;
  /** At the roads' own speeds, turns included. */
  readonly seconds: number;
}

/** Where nobody wants to go within the radius, or the vehicle is there already, trip-simulator looks half as far again … */
const WIDER = 1.5;
/** … for ever; after so many times, 1.5^60 being 3.7e10, any radius has become that of the Earth. */
const MOST_TRIES = 60;
/** A disc so wide is no disc on the Mercator map any more: anywhere will do. */
const ANYWHERE_KM = 2000;

/**
 * A way to somewhere in the disc of `km` around `here`, by demand.
 * @returns undefined where the map has no two places between which one can drive
 */
export function chooseLeg(world: World, random: AgentRandom, from: Spot, here: Position, km: number): Leg | undefined {
  let radius = km;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { pick, pickWithin } = world.demand;
    const there = radius < ANYWHERE_KM ? pickWithin(random, here, radius) : pick(random);
    radius *= WIDER;
    if (there === undefined) continue;
    const to = world.snap(there[0], there[1]);
    const route = world.route(from, to);
    if (route === undefined || !(route.metres > 0)) continue;
    const line = routeLine(world.graph, route);
    return { to, line, metres: line.metres.at(-1)!, seconds: route.seconds };
  }
  return undefined;
}
