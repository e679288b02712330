import type { Clock } from '../clock.ts';

/** Waits, ms by `clock`, unless the run is cut short: then it ends within a second. */
export async function pause(clock: Clock, ms: number, abort: AbortSignal): Promise<void> {
  const end = clock.now() + ms;
  while (!abort.aborted && clock.now() < end) if (!(await clock.until(Math.min(end, clock.now() + 1000)))) return;
}
