import type { Position } from '../model.ts';
import { agentRandom, PURPOSE } from './agent-random.ts';
import type { Spot } from './map/graph.ts';
import type { Route } from './map/route.ts';
import { placeOf, type RouteLine, routeLine } from './map/route-line.ts';
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

/** Drives from one place to another by the fastest way, at the trip's mean speed times the driver's own factor; pauses; goes on. */
export function newCar({ graph, demand, route, snap }: World, seed: number, agent: number): Car {
  const [trip, noise] = [agentRandom(seed, agent, PURPOSE.trips), agentRandom(seed, agent, PURPOSE.noise)];
  const metresPerLon = METRES_PER_DEGREE * Math.cos((graph.lat[0]! * Math.PI) / 180);
  const slowness = Math.min(SLOWEST, Math.max(QUICKEST, 1 + DRIVER_SPREAD * trip.normal()));
  let spot = snap(...demand.pick(trip));
  let place: Position = placeOf(graph, spot);
  // Cars do not all set off at once: the first pause has been going on for a while.
  let leavesAt = dwell() * trip.fraction();
  let way: { route: Route; line: RouteLine } | undefined;
  let arrivesAt = leavesAt;
  let reached = 1; // the first vertex of the line that lies ahead

  return {
    at(seconds) {
      while (seconds >= (way === undefined ? leavesAt : arrivesAt)) {
        if (way === undefined) setOff();
        else arrive(way.route);
      }
      const position = way === undefined ? place : onTheWay(way.line, (seconds - leavesAt) / (arrivesAt - leavesAt));
      return { position: noisy(position), status: way === undefined ? 'idling' : 'traveling' };
    },
  };

  function dwell(): number {
    return MEDIAN_DWELL_S * Math.exp(DWELL_SPREAD * trip.normal());
  }

  function setOff(): void {
    const found = route(spot, destination());
    if (found === undefined) {
      leavesAt += dwell();
      return;
    }
    way = { route: found, line: routeLine(graph, found) };
    reached = 1;
    arrivesAt = leavesAt + found.seconds * slowness;
  }

  function arrive({ edges, toShare }: Route): void {
    spot = { edge: edges.at(-1)!, share: toShare };
    place = placeOf(graph, spot);
    way = undefined;
    leavesAt = arrivesAt + dwell();
  }

  function destination(): Spot {
    let there = spot;
    for (let i = 0; i < TRIES; i++) {
      there = snap(...(demand.pickWithin(trip, place, FARTHEST_M / 1000) ?? demand.pick(trip)));
      const [lon, lat] = placeOf(graph, there);
      const dx = (lon - place[0]) * metresPerLon;
      const dy = (lat - place[1]) * METRES_PER_DEGREE;
      const distance = Math.sqrt(dx * dx + dy * dy);
      if (distance >= NEAREST_M && distance <= FARTHEST_M) break;
    }
    return there;
  }

  /** At a share of the line's length. */
  function onTheWay({ lon, lat, metres }: RouteLine, share: number): Position {
    const driven = share * metres.at(-1)!;
    while (reached < metres.length - 1 && metres[reached]! <= driven) reached++;
    const step = metres[reached]! - metres[reached - 1]!;
    const part = step > 0 ? Math.min(1, (driven - metres[reached - 1]!) / step) : 1;
    return [
      lon[reached - 1]! + (lon[reached]! - lon[reached - 1]!) * part,
      lat[reached - 1]! + (lat[reached]! - lat[reached - 1]!) * part,
    ];
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
