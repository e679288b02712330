import { type AgentRandom, agentRandom, PURPOSE } from '../agent-random.ts';
import type { Spot } from '../map/graph.ts';
import { placeOf } from '../map/route-line.ts';
import type { World } from '../world.ts';
import type { AgentModel } from './agent.ts';
import { localTime, pauseByDay } from './day-demand.ts';
import { type Leg, newTraveller } from './itinerary.ts';
import type { RealisticSettings } from './realistic.ts';
import { roundOrder } from './round-order.ts';

/** Couriers next to each other in the fleet share a depot: how many, whatever the fleet's size. */
const COURIERS_PER_DEPOT = 25;

/** A round goes to so many drops, each equally likely, within one district not far from the depot. Assumptions all. */
const [LEAST_DROPS, MOST_DROPS] = [8, 20];
const [DISTRICT_WITHIN_KM, DISTRICT_KM] = [5, 0.9];

/**
 * Seconds, log-normal: [median, the logarithm's standard deviation]. Parcels take two minutes at the door, and never less
 * than `LEAST_DROP`, so that each drop has a fix of its own at every interval up to that: trackers filter by 30 s.
 */
const [LOADING, DROP] = [[480, 0.4] as const, [130, 0.5] as const];
export const LEAST_DROP = 60;

/**
 * Couriers: load at the depot, drive from drop to drop, come back.
 *
 *     loading ──▶ traveling ──▶ delivering ──▶ traveling ──▶ delivering … ──▶ returning ──▶ loading
 */
export function deliveryModel({ dropouts }: RealisticSettings = {}): AgentModel {
  return {
    name: 'delivery',
    newAgent: (world, seed, index, _id, events) => {
      const random = agentRandom(seed, index, PURPOSE.trips);
      const depot = depotOf(world, seed, index);
      const legs = rounds(world, depot, random);
      const next = (_: Spot, second: number): Leg => {
        const leg = legs.next().value;
        if (leg.status !== 'loading' || leg.seconds === undefined) return leg;
        // Who loads in a quiet hour waits for a busy one.
        const local = localTime(world.start + second * 1000, placeOf(world.graph, depot)[0]);
        return { ...leg, seconds: pauseByDay(local, leg.seconds) };
      };
      return newTraveller(world, seed, index, { from: depot, next }, { events, dropouts });
    },
  };
}

/** The depot of an agent: that of its neighbours. */
export function depotOf({ demand, snap }: World, seed: number, index: number): Spot {
  const random = agentRandom(seed, Math.floor(index / COURIERS_PER_DEPOT), PURPOSE.depot);
  return snap(...demand.pick(random));
}

function* rounds(world: World, depot: Spot, random: AgentRandom): Generator<Leg, never> {
  // The first loading has been going on for a while, so that couriers do not all set off at once.
  yield {
    status: 'loading',
    changes: [['available', 'service_start']],
    seconds: logNormal(LOADING, random) * random.fraction(),
  };
  for (;;) {
    for (const [i, drop] of newRound(world, depot, random).entries()) {
      yield { status: 'traveling', to: drop, ...(i === 0 && { changes: [['reserved', 'user_pick_up'] as const] }) };
      const seconds = Math.max(LEAST_DROP, logNormal(DROP, random));
      yield { status: 'delivering', changes: [['available', 'user_drop_off']], seconds };
    }
    yield { status: 'returning', to: depot };
    yield { status: 'loading', seconds: logNormal(LOADING, random) };
  }
}

/** Drops near each other, in the order in which they are visited. */
function newRound({ graph, demand, snap }: World, depot: Spot, random: AgentRandom): Spot[] {
  const from = placeOf(graph, depot);
  const district = demand.pickWithin(random, from, DISTRICT_WITHIN_KM) ?? demand.pick(random);
  const count = LEAST_DROPS + random.below(MOST_DROPS - LEAST_DROPS + 1);
  const drops = Array.from({ length: count }, () =>
    snap(...(demand.pickWithin(random, district, DISTRICT_KM) ?? district)),
  );
  return roundOrder(
    from,
    drops.map((drop) => placeOf(graph, drop)),
  ).map((i) => drops[i]!);
}

function logNormal([median, spread]: readonly [number, number], random: AgentRandom): number {
  return median * Math.exp(spread * random.normal());
}
