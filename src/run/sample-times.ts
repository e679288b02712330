import { readLastSampleTime, writeLastSampleTime } from '../generator/shift-state.ts';
import { planShift } from '../generator/time-shift.ts';
import { shiftStateFile } from '../home.ts';
import type { Target } from '../target.ts';
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
  const { firstSampleTime, lastSampleTime } = plan;
  const note = async (last: number) => {
    if (!embedded) await writeLastSampleTime(shiftStateFile(), keyOf(target), last);
  };
  if (plan.live) {
    await note(now);
    return 'live';
  }
  if (byHand !== undefined) {
    await note(lastSampleTime + byHand);
    return byHand;
  }
  const lastUsed = embedded ? undefined : await readLastSampleTime(shiftStateFile(), keyOf(target));
  const { shift } = planShift({
    firstSampleTime,
    lastSampleTime,
    now,
    everyMs: everySeconds * 1000,
    ...(lastUsed === undefined ? {} : { lastUsed }),
  });
  await note(lastSampleTime + shift);
  return shift;
}

/** A live run ends when it ends: only then is it known how far its sample times went. */
export async function noteLiveEnd(
  { target, embedded }: Backend,
  shift: number | 'live',
  lastDoneAt: number,
): Promise<void> {
  if (shift !== 'live' || embedded || lastDoneAt === 0) return;
  await writeLastSampleTime(shiftStateFile(), keyOf(target), Math.ceil(lastDoneAt));
}

/** A stand-in that somebody started anew has forgotten what an earlier one held. */
function keyOf({ name, pid }: Target): string {
  return pid === undefined ? name : `${name}/${pid}`;
}
