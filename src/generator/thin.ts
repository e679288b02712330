/**
 * Keeps one fix per `everyMs` of sample time and device: a fix stays where it is at least that much later than the
 * last one that stayed. Each device counts for itself, because probes of different devices need not be aligned.
 * Trackers filter by the same rule (time-based filtering, 30 s), so that what stays is what they would store.
 */
export function thinner(everyMs: number): (deviceId: string, sampleTime: number) => 'keep' | 'drop' | 'backwards' {
  const devices = new Map<string, { kept: number; latest: number }>();
  return (deviceId, sampleTime) => {
    const device = devices.get(deviceId);
    if (device === undefined) {
      devices.set(deviceId, { kept: sampleTime, latest: sampleTime });
      return 'keep';
    }
    if (sampleTime < device.latest) return 'backwards';
    device.latest = sampleTime;
    if (sampleTime - device.kept < everyMs || sampleTime === device.kept) return 'drop';
    device.kept = sampleTime;
    return 'keep';
  };
}
