import { isSimctlError } from '../errors.ts';
import type { AgentModel } from './agents/agent.ts';
import { bugsToMend } from './agents/bugs.ts';
import type { Dropouts } from './agents/gps.ts';
import { MODEL_NAMES } from './agents/models.ts';
import { PROFILES, readProfile } from './agents/profiles.ts';
import type { ModelChoice } from './fleet-options.ts';

/** How agents shall behave, as the flags say it. */
export interface ModelRequest {
  /** By default `realistic`. */
  readonly model?: string | undefined;
  /** A profile's name, or the path of a JSON file; by default `car`. Of `compat` alone, as is `mend`. */
  readonly profile?: string | undefined;
  /** trip-simulator's bugs not to reproduce, by name, separated by commas, or `all`. */
  readonly mend?: string | undefined;
  /** How often an hour a receiver has no fix, and for how many seconds: `2` or `2:30`. Of the other models. */
  readonly dropouts?: string | undefined;
}

const DEFAULT_MODEL = 'realistic';
/** A car park, a tunnel, a canyon of streets. */
const DROPOUT_SECONDS = 30;

/** @param problems to which what is wrong with the request is added. @returns undefined where something is. */
export async function chooseModel(request: ModelRequest, problems: string[]): Promise<ModelChoice | undefined> {
  const { model: name = DEFAULT_MODEL, profile, mend, dropouts } = request;
  const before = problems.length;
  const isCompat = name === 'compat';
  if (!MODEL_NAMES.includes(name as AgentModel['name']))
    problems.push(`--model is ${MODEL_NAMES.join(', ')}; got "${name}"`);
  else if (!isCompat && (profile !== undefined || mend !== undefined))
    problems.push('--profile and --mend are settings of --model compat');
  else if (isCompat && dropouts !== undefined) problems.push('--dropouts is none of the settings of --model compat');
  const settings = {
    profile:
      (profile === undefined ? undefined : await noted(problems, '--profile', () => readProfile(profile))) ??
      PROFILES.car,
    mend: mend === undefined ? undefined : await noted(problems, '--mend', () => bugsToMend(mend)),
    dropouts: dropouts === undefined ? undefined : parseDropouts(dropouts, problems),
  };
  return problems.length > before ? undefined : { name: name as AgentModel['name'], settings };
}

/** What the manifest of a dataset says of it. */
export function modelProvenance({ name, settings }: ModelChoice): Record<string, unknown> {
  if (name !== 'compat') return { model: name, ...(settings.dropouts && { dropouts: settings.dropouts }) };
  const { profile, mend } = settings;
  return { model: name, profile: profile.name, ...(mend && { mend }) };
}

/** @param flag named in what is wrong */
async function noted<T>(problems: string[], flag: string, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isSimctlError(error)) throw error;
    const text = error.hint ? `${error.message}\n  ${error.hint}` : error.message;
    problems.push(text.includes(flag) ? text : `${flag}: ${text}`);
    return undefined;
  }
}

function parseDropouts(text: string, problems: string[]): Dropouts | undefined {
  const [, perHour, seconds = DROPOUT_SECONDS] = /^([0-9.]+)(?::([0-9.]+))?$/.exec(text) ?? [];
  const dropouts = { perHour: Number(perHour), seconds: Number(seconds) };
  if (dropouts.perHour > 0 && dropouts.perHour <= 3600 && dropouts.seconds > 0) return dropouts;
  problems.push(`--dropouts is how many an hour, and how many seconds each, such as 2:30; got "${text}"`);
  return undefined;
}
