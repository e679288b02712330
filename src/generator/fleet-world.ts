import type { AgentModel } from './agents/agent.ts';
import { modelNamed } from './agents/models.ts';
import { deviceIds } from './device-ids.ts';
import { agentsOf, type FleetOptions } from './fleet-options.ts';
import { readMap } from './map/read-map.ts';
import type { RoadMap } from './map/road-map.ts';
import { newWorld, type World } from './world.ts';

/** What a thread needs to drive any agent of a fleet. */
export interface Fleet {
  readonly world: World;
  readonly model: AgentModel;
  readonly ids: readonly string[];
}

/** @throws UsageError or SetupError where the map or the model is none. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const world = newWorld(await roadsOf(options), options.start);
  return {
    world,
    model: modelNamed(options.model.name, options.model.settings),
    ids: deviceIds(options.seed, options.agents),
  };
}

/** A block's place among all agents, and the ids of its own. */
export function membersOf(block: number, { ids }: Fleet): { first: number; ids: readonly string[] } {
  const { first, end } = agentsOf(block, ids.length);
  return { first, ids: ids.slice(first, end) };
}

/** The roads that the fleet's vehicles may take. @throws UsageError or SetupError where the map is none. */
export function roadsOf({ map, model }: FleetOptions): Promise<RoadMap> {
  return readMap(map, model.name === 'compat' ? model.settings.profile.vehicle : 'car');
}
