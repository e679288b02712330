import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, messageOf, SetupError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';

/** The state file: for each target by name, the last sample time that any run has sent or was about to send. */
type State = Record<string, { lastSampleTime: number; by?: string }>;

/**
 * @param by what names the run that asks, where several processes are one run: what another of them has noted is no
 * earlier run's.
 * @returns epoch ms, or undefined where no run is known. @throws SetupError where the file cannot be understood.
 */
export async function readLastSampleTime(file: string, target: string, by?: string): Promise<number | undefined> {
  const known = (await readState(file))[target];
  return known === undefined || (by !== undefined && known.by === by) ? undefined : known.lastSampleTime;
}

/**
 * Notes, durably, before the first send, how far a run will go, so that one that is killed is not repeated.
 * Never moves back.
 */
export async function writeLastSampleTime(
  file: string,
  target: string,
  lastSampleTime: number,
  by?: string,
): Promise<void> {
  const state = await readState(file);
  const known = state[target]?.lastSampleTime ?? 0;
  const noted = { lastSampleTime: Math.max(known, lastSampleTime), ...(by === undefined ? {} : { by }) };
  const next = { ...state, [target]: noted };
  // Containers that share a directory may have equal process ids.
  const beside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  makeDirectory(dirname(file), { hint: 'SIMCTL_HOME moves it elsewhere.' });
  try {
    await writeFile(beside, `${JSON.stringify(next, null, 2)}\n`, { flush: true });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw new SetupError(`cannot note the run's sample times in ${file}: ${messageOf(error)}`, {
      cause: error,
      hint: 'SIMCTL_HOME moves it to another directory.',
    });
  }
}

async function readState(file: string): Promise<State> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {};
    throw new SetupError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  const state = parsed(text);
  const sound =
    typeof state === 'object' &&
    state !== null &&
    Object.values(state).every((entry) =>
      Number.isFinite((entry as { lastSampleTime?: unknown } | null)?.lastSampleTime),
    );
  if (sound) return state as State;
  throw new SetupError(`${file} is damaged: it should hold the last sample time of each target`, {
    hint: 'Mend it, or remove it and state --shift by hand for targets that were used in the last 30 days.',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
