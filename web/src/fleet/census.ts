/** The fleet in numbers, whole and by group. */
import type { Fleet } from './fleet.ts';

/**
 * Sample time without an update after which a device is stale. A device that reports each 30 s (the trackers' filter)
 * has then missed four.
 */
export const STALE_MS = 120_000;

export interface Census {
  readonly devices: number;
  readonly moving: number;
  readonly standing: number;
  readonly stale: number;
  /** Sample time of the newest position, epoch ms; 0: there is none. */
  readonly newest: number;
}

export type State = 'moving' | 'standing' | 'stale';

/** @param sampleNow the run's sample clock, epoch ms */
export function stateOf(fleet: Fleet, index: number, sampleNow: number): State {
  if (sampleNow - fleet.sampleTime(index) > STALE_MS) return 'stale';
  return fleet.moving(index) ? 'moving' : 'standing';
}

/** One pass over all devices; a tracker without any is not in `groups`. */
export function takeCensus(fleet: Fleet, sampleNow: number): { all: Census; groups: ReadonlyMap<string, Census> } {
  const all = { devices: 0, moving: 0, standing: 0, stale: 0, newest: 0 };
  const groups = fleet.trackers.map(() => ({ ...all }));
  for (let index = 0; index < fleet.count; index++) {
    const state = stateOf(fleet, index, sampleNow);
    for (const census of [all, groups[fleet.trackerIndex(index)]!]) {
      census.devices++;
      census[state]++;
      census.newest = Math.max(census.newest, fleet.sampleTime(index));
    }
  }
  return { all, groups: new Map(fleet.trackers.map((tracker, i) => [tracker, groups[i]!])) };
}
