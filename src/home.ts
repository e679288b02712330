import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** simctl's own directory: credentials, caches, and the state of sample times. `SIMCTL_HOME` moves it. */
export function homeDir(): string {
  const { SIMCTL_HOME } = process.env;
  return SIMCTL_HOME ? resolve(SIMCTL_HOME) : join(homedir(), '.simctl');
}

/** Foreign probe files, thinned and partitioned; may be removed at any time. */
export function cacheDir(): string {
  return join(homeDir(), 'cache');
}

/** The last sample time sent to each target (generator/shift-state.ts). */
export function shiftStateFile(): string {
  return join(homeDir(), 'sample-times.json');
}
