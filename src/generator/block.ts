import type { AgentModel } from './agents/agent.ts';
import { knownUntil, newEventLog } from './event-log.ts';
import { type FleetOptions, firstSecond } from './fleet-options.ts';
import type { BlockLines, Kind } from './lines.ts';
import { newProbeBytes } from './probe-bytes.ts';
import type { World } from './world.ts';

/** How often each device of a block reported, and when first and last: seconds since the start, 0 for never. */
export interface DeviceCounts {
  readonly fixes: Uint32Array;
  readonly firstSecond: Uint32Array;
  readonly lastSecond: Uint32Array;
}

/** A block of neighbouring agents, driven window by window: what it writes does not depend on how long those are. */
export interface Block {
  /** The lines up to that second, included; those after the call before. */
  window(until: number): { readonly lines: BlockLines; readonly fixes: number };
  /** So far. */
  counts(): DeviceCounts;
}

export interface BlockOptions extends FleetOptions {
  /** What to write. */
  readonly kinds: readonly Kind[];
  /** By default as long as memory and patience allow. */
  readonly windowSeconds?: number | undefined;
}

/** @param first index of the first of them in the whole fleet, whose ids are given */
export function newBlock(
  world: World,
  model: AgentModel,
  options: BlockOptions,
  { first, ids }: { readonly first: number; readonly ids: readonly string[] },
): Block {
  const { start, every, seed, kinds } = options;
  const events = newEventLog(kinds, ids, start);
  const agents = ids.map((id, n) => model.newAgent(world, seed, first + n, id, events.listener(n)));
  const rounds = byPhase(ids, first, options);
  const probes = kinds.includes('probes') ? newProbeBytes(ids, options.properties === true) : undefined;
  const counts = {
    fixes: new Uint32Array(ids.length),
    firstSecond: new Uint32Array(ids.length),
    lastSecond: new Uint32Array(ids.length),
  };
  let [done, told] = [0, 0];

  return {
    counts: () => counts,
    window(until) {
      const ends = new Uint32Array(until - done);
      const from = done;
      let fixes = 0;
      while (done < until) {
        done++;
        probes?.time(start + done * 1000);
        for (const n of rounds[(done - 1) % every] ?? []) {
          const state = agents[n]!.at(done);
          if (state.silent) continue;
          if (counts.fixes[n]!++ === 0) counts.firstSecond[n] = done;
          counts.lastSecond[n] = done;
          fixes++;
          probes?.add(n, state);
        }
        if (probes) ends[done - from - 1] = probes.length;
      }
      const known = knownUntil(until, agents, options);
      const lines = { ...events.take(told, known), ...(probes && { probes: { bytes: probes.take(), ends } }) };
      told = known;
      return { lines, fixes };
    },
  };
}

/** Of each second of an interval, those who report then, in order. */
function byPhase(ids: readonly string[], first: number, options: FleetOptions): (number[] | undefined)[] {
  const rounds: (number[] | undefined)[] = [];
  for (let n = 0; n < ids.length; n++) {
    const phase = firstSecond(options, first + n) - 1;
    const round = rounds[phase];
    if (round) round.push(n);
    else rounds[phase] = [n];
  }
  return rounds;
}
