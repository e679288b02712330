import type { FleetOptions } from './fleet-options.ts';
import type { Fleet } from './fleet-world.ts';

/** A drive of one agent: where its receiver said it was, second by second. */
export interface DrawnTrip {
  readonly agent: number;
  readonly status: string;
  readonly lon: readonly number[];
  readonly lat: readonly number[];
}

/** What is looked at: agents evenly over the fleet, for two hours at most. */
const MOST_AGENTS = 100;
const MOST_SECONDS = 7200;

const STANDING = new Set(['activating', 'idling', 'broken', 'loading', 'delivering']);

/** The drives of some agents of a fleet, agent by agent: what its files hold, but at every second. */
export function* drawnTrips({ world, model, ids }: Fleet, options: FleetOptions): Generator<DrawnTrip> {
  const count = Math.min(options.agents, MOST_AGENTS);
  for (let i = 0; i < count; i++) {
    const agent = Math.floor((i * options.agents) / count);
    const at = model.newAgent(world, options.seed, agent, ids[agent]!);
    let trip: { agent: number; status: string; lon: number[]; lat: number[] } | undefined;
    for (let second = 1; second <= Math.min(options.seconds, MOST_SECONDS); second++) {
      const { status, silent, lon, lat } = at.at(second);
      if (trip && status !== trip.status) {
        yield trip;
        trip = undefined;
      }
      if (silent || STANDING.has(status)) continue;
      trip ??= { agent, status, lon: [], lat: [] };
      trip.lon.push(lon);
      trip.lat.push(lat);
    }
    if (trip) yield trip;
  }
}
