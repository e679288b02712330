import { agentRandom, PURPOSE } from './agent-random.ts';
import type { AgentModel } from './agents/agent.ts';
import type { ModelSettings } from './agents/models.ts';

/** How agents behave. */
export interface ModelChoice {
  readonly name: AgentModel['name'];
  readonly settings: ModelSettings;
}

/** What a fleet's trips are made of; plain data, and nothing else moves a byte of them. */
export interface FleetOptions {
  readonly agents: number;
  /** Of simulated time; the first fix comes a second after `start` or later, the last no later than `start` + this. */
  readonly seconds: number;
  /** Epoch ms, a whole second. */
  readonly start: number;
  /** Seconds between two fixes of a device; each has a phase of its own. */
  readonly every: number;
  readonly seed: number;
  /** A map's name, or the path of a file; by default Gothenburg. */
  readonly map?: string | undefined;
  readonly model: ModelChoice;
  /** Speed, heading and accuracy go with each fix. */
  readonly properties?: boolean | undefined;
}

/** A fleet is divided into so many blocks of neighbours, which are a dataset's partitions too, whatever the threads. */
export const BLOCKS = 16;

/** The agents of a block, from `first` to before `end`. */
export function agentsOf(block: number, agents: number): { first: number; end: number } {
  return { first: Math.floor((agents * block) / BLOCKS), end: Math.floor((agents * (block + 1)) / BLOCKS) };
}

/**
 * The second of an agent's first fix, from 1. Drawn, so that the devices do not speak all at once; where time is short,
 * each still has one fix.
 */
export function firstSecond({ seed, every, seconds }: FleetOptions, agent: number): number {
  return 1 + agentRandom(seed, agent, PURPOSE.phase).below(Math.min(every, seconds));
}

/** How many fixes a device has whose first comes at that second, where none is missing. */
export function fixesFrom(first: number, { seconds, every }: FleetOptions): number {
  return Math.floor((seconds - first) / every) + 1;
}

/** A fleet as a run wants to know it before it drives, in the form of a dataset's manifest; sample times are epoch ms. */
export interface FleetOutlook {
  readonly devices: number;
  /** Fewer come where receivers fall silent. */
  readonly fixes: number;
  readonly firstSampleTime: number;
  readonly lastSampleTime: number;
  readonly everySeconds: number;
  readonly partitions: readonly { readonly devices: number; readonly fixes: number }[];
}

/** Who will report how often and when, without driving a metre. */
export function fleetOutlook(options: FleetOptions): FleetOutlook {
  const { agents, start, every } = options;
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  const partitions = Array.from({ length: BLOCKS }, (_, block) => {
    const of = agentsOf(block, agents);
    let fixes = 0;
    for (let agent = of.first; agent < of.end; agent++) {
      const begins = firstSecond(options, agent);
      const count = fixesFrom(begins, options);
      fixes += count;
      first = Math.min(first, begins);
      last = Math.max(last, begins + (count - 1) * every);
    }
    return { devices: of.end - of.first, fixes };
  });
  return {
    devices: agents,
    fixes: partitions.reduce((sum, { fixes }) => sum + fixes, 0),
    firstSampleTime: start + first * 1000,
    lastSampleTime: start + last * 1000,
    everySeconds: every,
    partitions,
  };
}
