import type { Attempt } from '../model.ts';

/** Where some of a shard's devices were when they last sent, for a map that somebody watches. */
export interface PositionSample {
  /** Longitude, latitude of each sampled device; NaN before its first update. */
  readonly sample: Float32Array;
  /** What records the attempts of the `i`th device: `record` itself, unless the device is sampled. */
  recordOf(i: number, record: (attempt: Attempt) => void): (attempt: Attempt) => void;
}

/**
 * Every so many devices one, so that whoever is not sampled costs nothing, and whoever is costs two stores an update.
 * @param most devices; with 0 there is no sample
 */
export function samplePositions(devices: number, most: number): PositionSample | undefined {
  if (most === 0 || devices === 0) return undefined;
  const stride = Math.ceil(devices / most);
  const sample = new Float32Array(2 * Math.ceil(devices / stride)).fill(Number.NaN);
  return {
    sample,
    recordOf(i, record) {
      if (i % stride !== 0) return record;
      const at = (2 * i) / stride;
      return (attempt) => {
        [sample[at], sample[at + 1]] = attempt.update.position;
        record(attempt);
      };
    },
  };
}
