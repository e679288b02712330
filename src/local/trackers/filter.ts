/** Which updates a tracker stores: its position filter, as the API reference of CreateTracker words it. */
import type { Position } from '../../model.ts';

export type PositionFiltering = 'TimeBased' | 'DistanceBased' | 'AccuracyBased';

export interface Fixed {
  readonly sampleTime: number;
  readonly position: Position;
  readonly accuracy?: number;
}

/** "at most one update per 30 seconds", of sample time. */
const MIN_INTERVAL_MS = 30_000;
const MIN_DISTANCE_M = 30;
const EARTH_RADIUS_M = 6_371_008.8;

/** Whether `update`, newer than `latest`, is one to keep. */
export function passes(filtering: PositionFiltering, latest: Fixed, update: Fixed): boolean {
  switch (filtering) {
    case 'TimeBased':
      return update.sampleTime - latest.sampleTime >= MIN_INTERVAL_MS;
    case 'DistanceBased':
      return metresBetween(latest.position, update.position) >= MIN_DISTANCE_M;
    case 'AccuracyBased':
      // A missing accuracy counts as 0 m.
      return metresBetween(latest.position, update.position) >= (latest.accuracy ?? 0) + (update.accuracy ?? 0);
  }
}

/** Along the great circle (haversine). */
export function metresBetween([lon1, lat1]: Position, [lon2, lat2]: Position): number {
  const radians = Math.PI / 180;
  const a =
    Math.sin(((lat2 - lat1) * radians) / 2) ** 2 +
    Math.cos(lat1 * radians) * Math.cos(lat2 * radians) * Math.sin(((lon2 - lon1) * radians) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)));
}
