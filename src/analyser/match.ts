/**
 * Matching by position, as the 2022 project's analyser did it, for logs that carry no sample time: per device, forward
 * only, within 1e-9 degrees on each axis. Its logs print six decimals, so equal positions are equal texts.
 */
import type { Position } from '../model.ts';
import { placesOf } from './places.ts';

/** An entry of either log; `time` in ms. */
export interface TimedPosition {
  readonly time: number;
  readonly position: Position;
}

export const TOLERANCE_DEGREES = 1e-9;

/**
 * For each sent entry, in order of time, the first received one after the last match. A hit gives received − sent in
 * whole ms (which may be negative); a miss is passed over and does not move on.
 */
export function matchDevice(
  sent: readonly TimedPosition[],
  received: readonly TimedPosition[],
  matched: (sentAt: number, ms: number) => void = () => {},
): number[] {
  const [from, to] = [byTime(sent), byTime(received)];
  const places = placesOf(to, TOLERANCE_DEGREES);
  const differences: number[] = [];
  let next = 0;
  for (const entry of from) {
    const hit = places.first(entry.position, next);
    if (hit === undefined) continue;
    const ms = Math.trunc(to[hit]!.time) - Math.trunc(entry.time);
    differences.push(ms);
    matched(entry.time, ms);
    next = hit + 1;
  }
  return differences;
}

/** The 2022 analyser read times as integers; equal ones keep the log's order. */
function byTime(entries: readonly TimedPosition[]): TimedPosition[] {
  return [...entries].sort((a, b) => Math.trunc(a.time) - Math.trunc(b.time));
}
