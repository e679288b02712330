import type { DataDirectory } from './data-dir/data-directory.ts';
import { RETENTION_MS } from './trackers/tracker.ts';
import { Trackers, type TrackersOptions } from './trackers/trackers.ts';

export interface AccountTrackersOptions extends Omit<TrackersOptions, 'journal'> {
  /** Trackers that there are from the start. */
  readonly names: readonly string[];
  readonly data: DataDirectory | undefined;
}

/** How often positions that are too old are dropped. */
const EXPIRY_MS = 3_600_000;

/** The account's trackers: those that a data directory holds, and those of `names` that it does not. */
export function openTrackers({ names, data, now, ...options }: AccountTrackersOptions) {
  const trackers = new Trackers({ ...options, now, ...(data ? { journal: data.trackers } : {}) });
  for (const saved of data?.trackers.load(now() - RETENTION_MS) ?? []) trackers.restore(saved);
  for (const name of names) if (!trackers.find(name)) trackers.create(name);
  let expiring = Promise.resolve();
  const timer = setInterval(() => {
    expiring = expiring.then(() => trackers.expire());
  }, EXPIRY_MS);
  return {
    trackers,
    async close(): Promise<void> {
      clearInterval(timer);
      await expiring;
    },
  };
}
