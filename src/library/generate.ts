import { type Generated, type GenerateOptions, generate as generateWith } from '../generator/generate.ts';
import { RUN_SETTINGS } from '../run/settings.ts';

export type { Generated } from '../generator/generate.ts';

/** A fleet, and where its trips are written; what is left out is as with `simctl generate`. */
export interface GenerateRequest extends Partial<GenerateOptions> {
  /** Short for `agents`. */
  readonly devices?: number | undefined;
}

/**
 * A fleet's trips as a dataset (`out`), as trip-simulator's files (`probes`, `traces`, `changes`, `trips`) or a `picture`, as
 * `simctl generate` writes them. The same request with the same `start` gives the same bytes.
 * @throws UsageError with every problem at once, SetupError, RunError; the signal's reason
 */
export function generate({ devices, ...request }: GenerateRequest): Promise<Generated> {
  const { agents, seconds, seed, every } = RUN_SETTINGS;
  return generateWith({
    seconds: seconds.default,
    seed: seed.default,
    every: every.default,
    ...request,
    agents: devices ?? request.agents ?? agents.default,
  });
}
