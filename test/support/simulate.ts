import { probeLine } from '../../src/dataset.ts';
import type { AgentModel, Trip } from '../../src/generator/agents/agent.ts';
import { deviceIds } from '../../src/generator/device-ids.ts';
import { changeLine, traceLine, tripLine } from '../../src/generator/trip-simulator-lines.ts';
import type { World } from '../../src/generator/world.ts';

export interface Fleet {
  readonly world: World;
  readonly model: AgentModel;
  readonly agents: number;
  readonly seconds: number;
  readonly seed?: number;
  readonly every?: number;
}

/** The lines of trip-simulator's four files, in its order, without newlines. */
export function simulate({ world, model, agents, seconds, seed = 1, every = 1 }: Fleet) {
  type Line = readonly [second: number, line: string];
  const files = { probes: [] as Line[], changes: [] as Line[], traces: [] as Line[], trips: [] as Line[] };
  for (const [index, id] of deviceIds(seed, agents).entries()) {
    const agent = model.newAgent(world, seed, index, id, {
      change: (second, ...change) =>
        files.changes.push([second, changeLine(id, world.start + second * 1000, ...change)]),
      leg: (second, km, vertices) => files.traces.push([second, traceLine(km, vertices)]),
      trip: (second, trip) => files.trips.push([second, tripLine(id, trip)]),
    });
    for (let second = 1; second <= seconds; second += every) {
      const { status, lon, lat, silent } = agent.at(second);
      if (!silent) files.probes.push([second, probeLine(id, world.start + second * 1000, status, lon, lat)]);
    }
  }
  const inOrder = (lines: Line[]) => lines.sort(([a], [b]) => a - b).map(([, line]) => line.trimEnd());
  return {
    probes: inOrder(files.probes),
    changes: inOrder(files.changes),
    traces: inOrder(files.traces),
    trips: inOrder(files.trips),
  };
}

/** The trips of a fleet alone: nothing is computed between the events. */
export function tripsOf({ world, model, agents, seconds, seed = 1 }: Fleet): Trip[] {
  const trips: Trip[] = [];
  for (let index = 0; index < agents; index++) {
    model.newAgent(world, seed, index, `AGENT-${index}`, { trip: (_second, trip) => trips.push(trip) }).at(seconds);
  }
  return trips;
}
