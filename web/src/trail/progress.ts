/** A delivery's progress, from the fixes of its device. Pure. */
import type { StoredFix } from '../feed/ask.ts';
import { MOVING_MPS } from '../fleet/fleet.ts';
import { distance } from '../fleet/geo.ts';

interface Stop {
  /** Sample times, epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly position: readonly [longitude: number, latitude: number];
}

export interface Progress {
  /** Sample time of the first fix, epoch ms. */
  readonly dispatchedAt: number;
  readonly durationMs: number;
  /** Along the fixes, which is less than along the road; a standing receiver's noise is not counted. */
  readonly metres: number;
  /** Ended ones, and the one it may be at now. */
  readonly stops: readonly Stop[];
  readonly moving: boolean;
}

/** A device that was silent for this long was not under way: what comes after is another delivery. */
const SILENCE_MS = 15 * 60_000;
/** Shorter is a traffic light. */
const STOP_MS = 120_000;
/** Metres: a standing receiver's fixes stay this close together. */
const STOP_RADIUS = 30;

/** @param fixes ascending by sample time @returns those since the last dispatch */
export function sinceDispatch(fixes: readonly StoredFix[]): readonly StoredFix[] {
  let first = 0;
  for (let i = 1; i < fixes.length; i++) {
    if (fixes[i]!.sampleTime - fixes[i - 1]!.sampleTime > SILENCE_MS) first = i;
  }
  return fixes.slice(first);
}

/** @param fixes of one delivery, ascending @returns undefined where there is none */
export function progressOf(fixes: readonly StoredFix[]): Progress | undefined {
  const [first, last] = [fixes[0], fixes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const stops: Stop[] = [];
  let [metres, moving] = [0, false];
  // The fix since which it has stayed where it is.
  let anchor = first;
  const stay = (to: number) => {
    if (to - anchor.sampleTime >= STOP_MS) stops.push({ from: anchor.sampleTime, to, position: anchor.position });
  };
  for (let i = 1; i < fixes.length; i++) {
    const [before, fix] = [fixes[i - 1]!, fixes[i]!];
    const step = distance(before.position, fix.position);
    moving = step / Math.max(1, (fix.sampleTime - before.sampleTime) / 1000) >= MOVING_MPS;
    if (moving) metres += step;
    if (distance(anchor.position, fix.position) > STOP_RADIUS) {
      stay(before.sampleTime);
      anchor = fix;
    }
  }
  stay(last.sampleTime);
  const { sampleTime: dispatchedAt } = first;
  return { dispatchedAt, durationMs: last.sampleTime - dispatchedAt, metres, stops, moving };
}
