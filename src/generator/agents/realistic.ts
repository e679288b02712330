import type { Position } from '../../model.ts';
import { type AgentRandom, agentRandom, PURPOSE } from '../agent-random.ts';
import { metresBetween } from '../map/distance.ts';
import type { Spot } from '../map/graph.ts';
import { placeOf } from '../map/route-line.ts';
import type { World } from '../world.ts';
import type { AgentModel } from './agent.ts';
import { busyness, localTime, pauseByDay } from './day-demand.ts';
import type { Dropouts } from './gps.ts';
import { type Itinerary, newTraveller } from './itinerary.ts';
import type { Change } from './journey-events.ts';

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

/** About what a trip takes, in seconds: it says how many cars are on their way when the simulation begins. */
const USUAL_TRIP = 600;

/**
 * Cars between places where people want to be, by the time of day, driven as real cars are. The day is under way when the
 * simulation begins: some cars are in the middle of a trip, the others in the middle of a pause.
 */
export function realisticModel({ dropouts }: RealisticSettings = {}): AgentModel {
  return {
    name: 'realistic',
    newAgent: (world, seed, index, _id, events) => {
      const random = agentRandom(seed, index, PURPOSE.trips);
      const from = world.snap(...world.demand.pick(random));
      return newTraveller(world, seed, index, { from, next: byTurns(world, random) }, { events, dropouts });
    },
  };
}

/** A trip, a pause, a trip … */
function byTurns(world: World, random: AgentRandom): Itinerary['next'] {
  let isFirst = true;
  let isTravelling = false;
  return (spot, second) => {
    const [longitude] = placeOf(world.graph, spot);
    const local = localTime(world.start + second * 1000, longitude);
    const changes: Change[] = isFirst ? [['available', 'service_start']] : [];
    const pause = () => MEDIAN_PAUSE * Math.exp(PAUSE_SPREAD * random.normal());
    const wasFirst = isFirst;
    isFirst = false;
    // Of all cars, as many are on their way as trips take of trips and pauses.
    isTravelling = wasFirst ? random.fraction() < USUAL_TRIP / (USUAL_TRIP + pause() / busyness(local)) : !isTravelling;
    if (isTravelling) {
      changes.push(['reserved', 'user_pick_up']);
      const done = wasFirst ? random.fraction() : 0;
      return { status: 'traveling', changes, to: destination(world, spot, random), done };
    }
    if (!wasFirst) changes.push(['available', 'user_drop_off']);
    return { status: 'idling', changes, seconds: pauseByDay(local, pause() * (wasFirst ? random.fraction() : 1)) };
  };
}

/** A place where people want to be, about as far away as trips are; in a small map, about as far as can be. */
function destination({ graph, demand, snap }: World, from: Spot, random: AgentRandom): Spot {
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
