import type { Fix } from '../model.ts';

/** `keep`, `drop`, or what keeps a device's fixes from being a track. */
export type Thinned = 'keep' | 'drop' | 'backwards' | 'two-places';

/**
 * Keeps one fix per `everyMs` of sample time and device: a fix stays where it is at least that much later than the
 * last one that stayed. Each device counts for itself, because probes of different devices need not be aligned.
 * Trackers filter by the same rule (time-based filtering, 30 s), so that what stays is what they would store.
 *
 * Of several fixes of one moment the first counts: they are repetitions, or closer together than their clock tells. Not
 * so where they are too far apart for that: then two vehicles share an id, which trip-simulator does not rule out.
 */
export function thinner(everyMs: number): (deviceId: string, fix: Fix) => Thinned {
  const devices = new Map<string, { kept: number; latest: number; at: Fix['position'] }>();
  return (deviceId, { sampleTime, position }) => {
    const device = devices.get(deviceId);
    if (device === undefined) {
      devices.set(deviceId, { kept: sampleTime, latest: sampleTime, at: position });
      return 'keep';
    }
    if (sampleTime < device.latest) return 'backwards';
    if (sampleTime === device.latest) return near(device.at, position) ? 'drop' : 'two-places';
    device.latest = sampleTime;
    device.at = position;
    if (sampleTime - device.kept < everyMs) return 'drop';
    device.kept = sampleTime;
    return 'keep';
  };
}

/** About a kilometre: more than any vehicle moves, or any receiver errs, within a second. */
const NEAR_DEGREES = 0.01;

function near(a: Fix['position'], b: Fix['position']): boolean {
  const east = Math.abs(a[0] - b[0]);
  const alongParallel = Math.min(east, 360 - east) * Math.cos((a[1] * Math.PI) / 180);
  return alongParallel < NEAR_DEGREES && Math.abs(a[1] - b[1]) < NEAR_DEGREES;
}
