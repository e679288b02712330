import { agentRandom, PURPOSE } from '../agent-random.ts';
import type { Spot } from '../map/graph.ts';
import { placeOf } from '../map/route-line.ts';
import type { World } from '../world.ts';
import type { Agent, AgentEvents, AgentState } from './agent.ts';
import { type Dropouts, newReceiver } from './gps.ts';
import { type Journey, newJourney, type Place } from './journey.ts';
import { type Change, journeyEvents } from './journey-events.ts';
import { newDriver } from './road-stretches.ts';

/** What an agent does next: drive to a place, or stay where it is for some seconds. */
export interface Leg {
  readonly status: string;
  /** Told as the leg begins. */
  readonly changes?: readonly Change[];
  readonly to?: Spot;
  /** Of a drive: the share, 0 … 1, of its time that lies behind when it begins; only for what the simulation begins with. */
  readonly done?: number;
  /** Of a stay: how long. A drive takes what it takes. */
  readonly seconds?: number;
}

export interface Itinerary {
  /** Where the agent is at the beginning. */
  readonly from: Spot;
  /** @param spot where the agent is @param second when the leg begins, in seconds since the simulation began, with fractions */
  next(spot: Spot, second: number): Leg;
}

/** A stay is no shorter, so that time goes on whatever was drawn. */
const LEAST_STAY = 1;
/** Where no way leads, which strong components rule out, the agent waits before it tries the next. */
const NO_WAY_STAY = 60;

/**
 * An agent that follows an itinerary as cars drive, and says what its receiver makes of it. Nothing is computed but the
 * legs and the seconds that are asked for.
 */
export function newTraveller(
  world: World,
  seed: number,
  index: number,
  itinerary: Itinerary,
  { events = {}, dropouts }: { events?: AgentEvents | undefined; dropouts?: Dropouts | undefined },
): Agent {
  const { graph, route } = world;
  const driving = agentRandom(seed, index, PURPOSE.driving);
  const driver = newDriver(driving);
  const receiver = newReceiver(seed, index, dropouts);
  const tell = journeyEvents(world.start, seed, index, events);

  let spot = itinerary.from;
  const [lon, lat] = placeOf(graph, spot);
  const place: Place = { lon, lat, speed: 0, heading: Number.NaN };
  const state: AgentState = {
    lon,
    lat,
    status: '',
    speed: 0,
    heading: Number.NaN,
    accuracy: Number.NaN,
    silent: false,
  };
  let journey: Journey | undefined;
  let [began, ends] = [0, 0];

  return {
    at(second) {
      while (second >= ends || state.status === '') nextLeg();
      journey?.moveTo(second - began, place);
      receiver.read(second, place, state);
      return state;
    },
  };

  function nextLeg(): void {
    if (journey) {
      journey.moveTo(journey.seconds, place);
      tell.arrival(began, journey);
    }
    began = ends;
    const { status, changes = [], to, done = 0, seconds = NO_WAY_STAY } = itinerary.next(spot, began);
    const way = to && route(spot, to);
    state.status = status;
    if (way && to) {
      journey = newJourney(graph, way, driver, driving);
      spot = to;
      began -= Math.round(done * journey.seconds * 1000) / 1000;
    } else {
      journey = undefined;
    }
    // Whole milliseconds, as probes and trips have them.
    ends = Math.ceil((began + (journey?.seconds ?? Math.max(LEAST_STAY, seconds))) * 1000) / 1000;
    for (const change of changes) tell.change(began, change, place);
    if (journey) tell.departure(began, journey);
  }
}
