import { UsageError } from '../errors.ts';

export interface ShiftRequest {
  /** Of the data, epoch ms. */
  readonly firstSampleTime: number;
  readonly lastSampleTime: number;
  readonly now: number;
  /** The last sample time that an earlier run sent to the same target, if any. */
  readonly lastUsed?: number;
  /** The distance between two fixes, so that the first of this run is not filtered after the last of the run before. */
  readonly everyMs: number;
}

const DAY_MS = 86_400_000;

/** Trackers refuse samples older than 30 days (paper, section 3.2.2); a day is left for the run itself to last. */
const WINDOW_MS = 29 * DAY_MS;

/** Where data that lies outside the window is put: the paper's choice (section 3.3.1), with room for many runs after it. */
const DEFAULT_AGE_MS = 10 * DAY_MS;

/**
 * How far to move the sample times, in whole seconds, so that trackers take them: all within the last 29 days, none in
 * the future, and each run later than the last against the same target. Pure.
 * @throws UsageError where there is no room, with what to do.
 */
export function planShift({ firstSampleTime, lastSampleTime, now, lastUsed, everyMs }: ShiftRequest): {
  shift: number;
} {
  const span = lastSampleTime - firstSampleTime;
  // A second less, because a whole one has to be found.
  if (span > WINDOW_MS - 1000) {
    throw new UsageError(
      `the fleet's data spans ${(span / DAY_MS).toFixed(1)} days, more than the 29 that fit into the trackers' window`,
      {
        hint: 'Split it, or stamp the present with --live.',
      },
    );
  }
  const floor = Math.max(now - WINDOW_MS, lastUsed === undefined ? 0 : lastUsed + everyMs);
  // Whole seconds, so that a shifted sample time still looks like one of its data.
  const least = Math.ceil((floor - firstSampleTime) / 1000) * 1000;
  const most = Math.floor((now - lastSampleTime) / 1000) * 1000;
  if (least > most) {
    const wait = Math.ceil((lastSampleTime + least - now) / 60_000);
    throw new UsageError(
      `no room for this run: earlier runs against this target used sample times up to ${iso(lastUsed!)}, and its ${Math.ceil(span / 60_000)} minutes must not lie in the future`,
      {
        hint: `Wait ${wait} minute${wait === 1 ? '' : 's'}, or stamp the present with --live. Devices that are new to the target (another --seed) are free of it: state --shift for them.`,
      },
    );
  }
  if (least <= 0 && most >= 0) return { shift: 0 };
  if (lastUsed !== undefined) return { shift: least };
  const preferred = Math.ceil((now - DEFAULT_AGE_MS - firstSampleTime) / 1000) * 1000;
  return { shift: Math.min(Math.max(preferred, least), most) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
