import type { Position } from '../model.ts';
import { agentRandom, PURPOSE } from './agent-random.ts';
import { along } from './map/along.ts';
import type { Route } from './map/route.ts';
import type { World } from './world.ts';

/** Where a car is by its receiver, and what it does there. */
export interface CarState {
  readonly position: Position;
  readonly status: 'idling' | 'traveling';
}

/** One agent. Time only goes forward. */
export interface Car {
  /** @param seconds since the simulation began */
  at(seconds: number): CarState;
}

/** A trip leads somewhere between these distances, straight, where a few tries find such a place. */
const NEAREST_M = 500;
const FARTHEST_M = 3000;
const TRIES = 40;

/** A pause between trips: about half a minute, sometimes minutes. */
const MEDIAN_DWELL_S = 30;
const DWELL_SPREAD = 0.8;

/** Drivers differ: a trip's duration is that at the roads' speeds times a factor of its driver (so does trip-simulator). */
const DRIVER_SPREAD = 0.1;
const [QUICKEST, SLOWEST] = [0.7, 1.4];

/** GPS error: white noise of this size on each axis. */
const NOISE_M = 4;
const METRES_PER_DEGREE = 111_320;
/** A centimetre, OpenStreetMap's own resolution; also, last bits may differ from one version of Node to the next. */
const PER_DEGREE = 1e7;

/** Drives from one place to another by the fastest way, at the roads' speeds times the driver's own factor; pauses; goes on. */
export function newCar({ graph, route, places }: World, seed: number, agent: number): Car {
  const [trip, noise] = [agentRandom(seed, agent, PURPOSE.trips), agentRandom(seed, agent, PURPOSE.noise)];
  const { lon, lat, to } = graph;
  const metresPerLon = METRES_PER_DEGREE * Math.cos((lat[0]! * Math.PI) / 180);
  const slowness = Math.min(SLOWEST, Math.max(QUICKEST, 1 + DRIVER_SPREAD * trip.normal()));
  let place = places[trip.below(places.length)]!;
  // Cars do not all set off at once: the first pause has been going on for a while.
  let leavesAt = dwell() * trip.fraction();
  let way: Route | undefined;
  let arrivesAt = leavesAt;
  let reached = 0; // edges of the way that lie behind

  return {
    at(seconds) {
      while (seconds >= (way === undefined ? leavesAt : arrivesAt)) {
        if (way === undefined) setOff();
        else arrive();
      }
      const position = way === undefined ? nodeAt(place) : onTheWay(way, (seconds - leavesAt) / slowness);
      return { position: noisy(position), status: way === undefined ? 'idling' : 'traveling' };
    },
  };

  function dwell(): number {
    return MEDIAN_DWELL_S * Math.exp(DWELL_SPREAD * trip.normal());
  }

  function setOff(): void {
    way = route(place, destination());
    reached = 0;
    arrivesAt = leavesAt + (way?.arrivals.at(-1) ?? 0) * slowness;
    if (way === undefined) leavesAt += dwell();
  }

  function arrive(): void {
    const last = way?.edges.at(-1);
    if (last !== undefined) place = to[last]!;
    way = undefined;
    leavesAt = arrivesAt + dwell();
  }

  function destination(): number {
    let there = place;
    for (let i = 0; i < TRIES; i++) {
      there = places[trip.below(places.length)]!;
      const dx = (lon[there]! - lon[place]!) * metresPerLon;
      const dy = (lat[there]! - lat[place]!) * METRES_PER_DEGREE;
      const distance = Math.sqrt(dx * dx + dy * dy);
      if (distance >= NEAREST_M && distance <= FARTHEST_M) break;
    }
    return there;
  }

  function nodeAt(node: number): Position {
    return [lon[node]!, lat[node]!];
  }

  /** Where the way has led after `driven` seconds at the roads' speeds. */
  function onTheWay({ edges, arrivals }: Route, driven: number): Position {
    while (reached < edges.length - 1 && arrivals[reached]! <= driven) reached++;
    const edge = edges[reached];
    if (edge === undefined) return nodeAt(place);
    const entered = reached === 0 ? 0 : arrivals[reached - 1]!;
    const share = Math.min(1, Math.max(0, (driven - entered) / (arrivals[reached]! - entered)));
    return along(graph, reached === 0 ? place : to[edges[reached - 1]!]!, edge, share);
  }

  function noisy([x, y]: Position): Position {
    return [
      rounded(x + (NOISE_M * noise.normal()) / metresPerLon),
      rounded(y + (NOISE_M * noise.normal()) / METRES_PER_DEGREE),
    ];
  }
}

function rounded(degrees: number): number {
  return Math.round(degrees * PER_DEGREE) / PER_DEGREE;
}
