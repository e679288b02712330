import type { Ended } from './simctl.ts';

/** Of the time that one process took: several share the machine, and it may be busier by then. */
const ROOM = 4;
const LEAST_S = 5;
const ATTEMPTS = 5;

/** Epoch s that is far enough ahead, where one process takes so many seconds until it could begin. */
type Moment = (seconds: number) => number;

/**
 * Does what begins at a moment named before, however fast the machine: the moment is a multiple of what one process took;
 * where that was too soon, all is done again with twice the time.
 *
 * @param attempt takes its moment as late as it can; `n` is 0 for the first
 * @param wasLate whether it was too soon, by what an attempt returned
 */
export async function inTime<T>(
  attempt: (moment: Moment, n: number) => Promise<T>,
  wasLate: (result: T) => boolean,
): Promise<T> {
  for (let n = 0; ; n++) {
    const room = ROOM * 2 ** n;
    const result = await attempt((seconds) => Math.ceil(Date.now() / 1000 + Math.max(LEAST_S, seconds * room)), n);
    if (n === ATTEMPTS - 1 || !wasLate(result)) return result;
  }
}

/** What a process says whose moment had passed before it could begin. */
export const isLate = (said: string): boolean => said.includes('nothing was sent');
export const someLate = (ended: readonly Ended[]): boolean => ended.some(({ stderr }) => isLate(stderr));

export async function secondsOf(what: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await what();
  return (performance.now() - begun) / 1000;
}
