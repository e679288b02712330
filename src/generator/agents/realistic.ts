import type { Position } from '../../model.ts';
import { type AgentRandom, agentRandom, PURPOSE } from '../agent-random.ts';
import { metresBetween } from '../map/distance.ts';
import type { Spot } from '../map/graph.ts';
import { placeOf } from '../map/route-line.ts';
import type { World } from '../world.ts';
import type { AgentModel } from './agent.ts';
import { localTime, pauseByDay } from './day-demand.ts';
import type { Dropouts } from './gps.ts';
import { type Leg, newTraveller } from './itinerary.ts';

export interface RealisticSettings {
  /** Times without a fix; none unless given. */
  readonly dropouts?: Dropouts | undefined;
}

/**
 * Straight kilometres from a trip's beginning to its end, log-normal: a city's car trips, of which half are shorter than
 * this and one in twenty is four times as long (an assumption; the real cars' nine trips of 4–13 km are too few to fit).
 */
const [MEDIAN_KM, KM_SPREAD] = [2.5, 0.8];
const LEAST_KM = 0.3;
/** Places of about the right distance are had by looking at a few within a little more. */
const [LOOKS, FARTHER] = [6, 1.25];

/**
 * Seconds between two trips in a usual hour, log-normal: half are shorter than eight minutes, a tenth longer than half an
 * hour. An assumption for vehicles at work, such as taxis and service cars; private ones would stand for hours.
 */
const [MEDIAN_PAUSE, PAUSE_SPREAD] = [480, 1];

/** Cars between places where people want to be, by the time of day, driven as real cars are. */
export function realisticModel({ dropouts }: RealisticSettings = {}): AgentModel {
  return {
    name: 'realistic',
    newAgent: (world, seed, index, _id, events) => {
      const random = agentRandom(seed, index, PURPOSE.trips);
      const from = world.snap(...world.demand.pick(random));
      let goes = false;
      let isFirst = true;
      const next = (spot: Spot, second: number): Leg => {
        goes = !goes && !isFirst;
        if (goes) {
          return { status: 'traveling', change: ['reserved', 'user_pick_up'], to: destination(world, spot, random) };
        }
        const here = placeOf(world.graph, spot);
        const whole = MEDIAN_PAUSE * Math.exp(PAUSE_SPREAD * random.normal());
        // The first pause has been going on for a while, so that cars do not all set off at once.
        const pause = isFirst ? whole * random.fraction() : whole;
        const reason = isFirst ? 'service_start' : 'user_drop_off';
        isFirst = false;
        const seconds = pauseByDay(localTime(world.start + second * 1000, here[0]), pause);
        return { status: 'idling', change: ['available', reason], seconds };
      };
      return newTraveller(world, seed, index, { from, next }, { events, dropouts });
    },
  };
}

/** A place where people want to be, about as far away as trips are; in a small map, about as far as can be. */
export function destination({ graph, demand, snap }: World, from: Spot, random: AgentRandom): Spot {
  const here: Position = placeOf(graph, from);
  const wanted = Math.max(LEAST_KM, MEDIAN_KM * Math.exp(KM_SPREAD * random.normal()));
  let best: Position | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < LOOKS; i++) {
    const place = demand.pickWithin(random, here, wanted * FARTHER) ?? demand.pick(random);
    const off = Math.abs(Math.log(Math.max(0.01, metresBetween(...here, ...place) / 1000) / wanted));
    if (off >= least) continue;
    best = place;
    least = off;
  }
  return snap(...(best ?? here));
}
