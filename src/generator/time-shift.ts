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
  if (span > WINDOW_MS) {
    throw new UsageError(
      `the fleet's data spans ${(span / DAY_MS).toFixed(1)} days, more than the 29 that fit into the trackers' window`,
      {
        hint: 'Split it, or stamp the present with --live.',
      },
    );
  }
  const floor = Math.max(now - WINDOW_MS, lastUsed === undefined ? 0 : lastUsed + everyMs);
  const ceiling = now - span;
  if (floor > ceiling) {
    const wait = Math.ceil((floor - ceiling) / 60_000);
    throw new UsageError(
      `no room for this run: earlier runs against this target used sample times up to ${iso(lastUsed ?? floor)}, and its ${(span / 60_000).toFixed(0)} minutes must not lie in the future`,
      {
        hint: `Wait ${wait} minutes, stamp the present with --live, or use other devices (another --seed).`,
      },
    );
  }
  const asItIs = firstSampleTime >= floor && firstSampleTime <= ceiling;
  if (asItIs) return { shift: 0 };
  const preferred = lastUsed === undefined ? now - DEFAULT_AGE_MS : floor;
  const begin = Math.min(Math.max(preferred, floor), ceiling);
  // Whole seconds, towards the inside of the window.
  const up = Math.ceil((begin - firstSampleTime) / 1000) * 1000;
  return { shift: firstSampleTime + up <= ceiling ? up : Math.floor((begin - firstSampleTime) / 1000) * 1000 };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
