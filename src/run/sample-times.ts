import { readLastSampleTime, writeLastSampleTime } from '../generator/shift-state.ts';
import { planShift } from '../generator/time-shift.ts';
import { shiftStateFile } from '../home.ts';
import type { Plan } from '../workers/plan.ts';
import type { Backend } from './backend.ts';

/**
 * The shift of this run, ms, or 'live'. Computed once, and noted on disk before the first send: trackers refuse
 * samples older than what they hold, so each run against a target must be later than its last (paper, section 3.2.2).
 * The embedded stand-in remembers nothing, so nothing needs to be noted for it.
 */
export async function sampleTimeShift(
  plan: Plan,
  everySeconds: number,
  { target, embedded }: Backend,
  byHand: number | undefined,
  now: number,
): Promise<number | 'live'> {
  if (plan.live) return 'live';
  if (byHand !== undefined) return byHand;
  const { firstSampleTime, lastSampleTime } = plan;
  // A stand-in that somebody started anew has forgotten what an earlier one held.
  const key = target.pid === undefined ? target.name : `${target.name}/${target.pid}`;
  const lastUsed = embedded ? undefined : await readLastSampleTime(shiftStateFile(), key);
  const { shift } = planShift({
    firstSampleTime,
    lastSampleTime,
    now,
    everyMs: everySeconds * 1000,
    ...(lastUsed === undefined ? {} : { lastUsed }),
  });
  if (!embedded) await writeLastSampleTime(shiftStateFile(), key, lastSampleTime + shift);
  return shift;
}
