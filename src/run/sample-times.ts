import { UsageError } from '../errors.ts';
import { readLastSampleTime, writeLastSampleTime } from '../generator/shift-state.ts';
import { planShift } from '../generator/time-shift.ts';
import { shiftStateFile } from '../home.ts';
import type { Target } from '../target.ts';
import type { Plan } from '../workers/plan.ts';
import type { Backend } from './backend.ts';

/** Whoever computes a shift: alone, or as one of several shards, which must all come to the same. */
export interface ShiftContext {
  readonly everySeconds: number;
  readonly backend: Pick<Backend, 'target' | 'embedded'>;
  readonly byHand: number | undefined;
  /** Of shards the common start. */
  readonly now: number;
  /** Names the run that shards are parts of. */
  readonly sharedRun?: string | undefined;
}

/**
 * The shift of this run, ms, or 'live'. Computed once, and noted on disk before the first send: trackers refuse
 * samples older than what they hold, so each run against a target must be later than its last (paper, section 3.2.2).
 * The embedded stand-in remembers nothing, so nothing needs to be noted for it.
 *
 * Shards are on machines that do not know each other's notes, so theirs follows from the plan and the common start
 * alone; a machine whose notes say that it is too early refuses, with the shift that would do.
 */
export async function sampleTimeShift(plan: Plan, context: ShiftContext): Promise<number | 'live'> {
  const { firstSampleTime, lastSampleTime } = plan;
  const { everySeconds, backend, byHand, now, sharedRun } = context;
  const { target, embedded } = backend;
  const note = async (last: number) => {
    if (!embedded) await writeLastSampleTime(shiftStateFile(), keyOf(target), last, sharedRun);
  };
  if (plan.live) {
    await note(now);
    return 'live';
  }
  if (byHand !== undefined) {
    await note(lastSampleTime + byHand);
    return byHand;
  }
  const everyMs = everySeconds * 1000;
  const lastUsed = embedded ? undefined : await readLastSampleTime(shiftStateFile(), keyOf(target), sharedRun);
  const known = lastUsed === undefined ? {} : { lastUsed };
  const window = { firstSampleTime, lastSampleTime, now, everyMs };
  const { shift } = planShift({ ...window, ...(sharedRun === undefined ? known : {}) });
  if (sharedRun !== undefined && lastUsed !== undefined && firstSampleTime + shift < lastUsed + everyMs) {
    throw new UsageError(
      `earlier runs against this target used sample times up to ${new Date(lastUsed).toISOString()}, later than this run's first`,
      { hint: `Tell all shards alike: --shift ${planShift({ ...window, ...known }).shift}` },
    );
  }
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
