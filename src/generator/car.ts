import type { Position } from '../model.ts';
import { agentRandom, PURPOSE } from './agent-random.ts';
import type { RoadGraph } from './map/graph.ts';
import type { Route, Router } from './map/route.ts';

/** Where a car is, and what it does there. */
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

/** GPS error: white noise of this size on each axis. */
const NOISE_M = 4;
const METRES_PER_DEGREE = 111_320;

/** Drives from one place to another by the fastest way, at the roads' speeds times the driver's own factor; pauses; goes on. */
export function newCar(graph: RoadGraph, route: Router, seed: number, agent: number): Car {
  const [trip, noise] = [agentRandom(seed, agent, PURPOSE.trips), agentRandom(seed, agent, PURPOSE.noise)];
  const { lon, lat } = graph;
  const metresPerLon = METRES_PER_DEGREE * Math.cos((lat[0]! * Math.PI) / 180);
  const slowness = Math.min(1.4, Math.max(0.7, 1 + 0.1 * trip.normal()));
  let place = trip.below(lon.length);
  // Cars do not all set off at once: the first pause has been going on for a while.
  let leavesAt = dwell() * trip.fraction();
  let way: Route | undefined;
  let arrivesAt = leavesAt;
  let reached = 0; // the last node of the way that lies behind

  return {
    at(seconds) {
      while (seconds >= arrivesAt && (way !== undefined || seconds >= leavesAt)) {
        if (way === undefined) setOff();
        else arrive();
      }
      const position = way === undefined ? nodeAt(place) : along(way, (seconds - leavesAt) / slowness);
      return { position: noisy(position), status: way === undefined ? 'idling' : 'traveling' };
    },
  };

  function dwell(): number {
    return MEDIAN_DWELL_S * Math.exp(DWELL_SPREAD * trip.normal());
  }

  function setOff(): void {
    way = route(place, destination());
    reached = 0;
    arrivesAt = leavesAt + (way?.seconds.at(-1) ?? 0) * slowness;
  }

  function arrive(): void {
    place = way?.nodes.at(-1) ?? place;
    way = undefined;
    leavesAt = arrivesAt + dwell();
    arrivesAt = leavesAt;
  }

  function destination(): number {
    let there = place;
    for (let i = 0; i < TRIES; i++) {
      there = trip.below(lon.length);
      const distance = Math.hypot(
        (lon[there]! - lon[place]!) * metresPerLon,
        (lat[there]! - lat[place]!) * METRES_PER_DEGREE,
      );
      if (distance >= NEAREST_M && distance <= FARTHEST_M) break;
    }
    return there;
  }

  function nodeAt(node: number): Position {
    return [lon[node]!, lat[node]!];
  }

  /** Where the way has led after `driven` seconds at the roads' speeds. */
  function along({ nodes, seconds }: Route, driven: number): Position {
    while (reached < nodes.length - 2 && seconds[reached + 1]! <= driven) reached++;
    const [from, to] = [nodeAt(nodes[reached]!), nodeAt(nodes[reached + 1] ?? nodes[reached]!)];
    const length = (seconds[reached + 1] ?? seconds[reached]!) - seconds[reached]!;
    const share = length > 0 ? Math.min(1, (driven - seconds[reached]!) / length) : 1;
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  }

  function noisy([x, y]: Position): Position {
    return [x + (NOISE_M * noise.normal()) / metresPerLon, y + (NOISE_M * noise.normal()) / METRES_PER_DEGREE];
  }
}
