import type { Fix, Track } from '../model.ts';
import type { AgentModel } from './agents/agent.ts';
import { agentsOf, type FleetOptions, firstSecond } from './fleet-options.ts';
import { openFleet } from './fleet-world.ts';
import { roundedMotion } from './motion.ts';
import type { World } from './world.ts';

/** A track of the fleet that is driven as it is walked. */
export interface MadeTrack {
  readonly track: Track;
  /** Its place in the whole fleet, from 0. */
  readonly index: number;
}

/** A block, or its agents from the `from`th to before the `to`th. */
export interface BlockPart {
  readonly block: number;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * The tracks of a fleet's blocks (fleet-options.ts), for whoever sends them at once: their fixes are those of a dataset
 * of the same options, made one by one, so that memory does not grow with time. The first of each is made here, because
 * an agent's beginning takes longest and all begin together.
 * @throws UsageError or SetupError where the map or the model is none.
 */
export async function makeTracks(options: FleetOptions, blocks: readonly BlockPart[]): Promise<MadeTrack[]> {
  const { world, model, ids } = await openFleet(options);
  return blocks.flatMap(({ block, from = 0, to }) => {
    const agents = agentsOf(block, options.agents);
    const [first, end] = [agents.first + from, to === undefined ? agents.end : agents.first + to];
    return Array.from({ length: end - first }, (_, n) => {
      const index = first + n;
      const deviceId = ids[index]!;
      return { track: { deviceId, fixes: begun(() => fixesOf(options, world, model, index, deviceId)) }, index };
    });
  });
}

function* fixesOf(
  options: FleetOptions,
  world: World,
  model: AgentModel,
  index: number,
  deviceId: string,
): Generator<Fix, void> {
  const { start, seconds, every, seed, properties } = options;
  const agent = model.newAgent(world, seed, index, deviceId);
  for (let second = firstSecond(options, index); second <= seconds; second += every) {
    const state = agent.at(second);
    if (state.silent) continue;
    const fix = { sampleTime: start + second * 1000, position: [state.lon, state.lat] as const };
    yield properties ? { ...fix, motion: roundedMotion(state) } : fix;
  }
}

/** What has its first value ready when it is first walked; walked again, it begins anew. */
function begun<T>(walk: () => Generator<T, void>): Iterable<T> {
  let ready: { walking: Generator<T, void>; first: IteratorResult<T, void> } | undefined;
  const walking = walk();
  ready = { walking, first: walking.next() };
  return {
    *[Symbol.iterator]() {
      const from = ready;
      ready = undefined;
      if (from === undefined) return yield* walk();
      if (!from.first.done) yield from.first.value;
      yield* from.walking;
    },
  };
}
