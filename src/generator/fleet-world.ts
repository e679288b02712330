import type { AgentModel } from './agents/agent.ts';
import { type Car, newCar } from './car.ts';
import { deviceIds } from './device-ids.ts';
import { agentsOf, type FleetOptions } from './fleet-options.ts';
import { readMap } from './map/read-map.ts';
import { newWorld, type World } from './world.ts';

/** What a thread needs to drive any agent of a fleet. */
export interface Fleet {
  readonly world: World;
  readonly model: AgentModel;
  readonly ids: readonly string[];
}

/** @throws UsageError or SetupError where the map or the model is none. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const world = newWorld(await readMap(options.map));
  return { world, model: basicModel, ids: deviceIds(options.seed, options.agents) };
}

/** A block's place among all agents, and the ids of its own. */
export function membersOf(block: number, { ids }: Fleet): { first: number; ids: readonly string[] } {
  const { first, end } = agentsOf(block, ids.length);
  return { first, ids: ids.slice(first, end) };
}

const basicModel: AgentModel = {
  name: 'realistic',
  newAgent(world, seed, index) {
    const car: Car = newCar(world, seed, index);
    const state = { lon: 0, lat: 0, status: '', speed: Number.NaN, heading: Number.NaN, accuracy: Number.NaN };
    const whole = { ...state, silent: false };
    return {
      at(second) {
        const { position, status } = car.at(second);
        [whole.lon, whole.lat] = position;
        whole.status = status;
        return whole;
      },
    };
  },
};
