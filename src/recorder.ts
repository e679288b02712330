import { HIGHEST_US, type Histogram } from './histogram.ts';

/**
 * Counts latencies in buckets of a histogram's own resolution: several times as cheap a value as the histogram, few enough
 * for a processor's cache, and handed over as a few numbers, from one thread to another too.
 */
export interface Recorder {
  record(ms: number): void;
  /** Whatever was recorded since the last call. */
  take(): Recorded;
}

/** Values as plain data. A histogram knows its extremes exactly, and a bucket does not. */
export interface Recorded {
  /** Bucket, count, bucket, count …: those that are not empty. */
  readonly buckets: Uint32Array;
  /** Microseconds; the least that is not zero. */
  readonly least: number;
  readonly most: number;
}

/** Of a value, so many leading bits are told apart: as in an HdrHistogram of three significant digits. */
const BITS = 11;
const HALF = 1 << (BITS - 1);
/** Up to 32 bits, of which an hour in microseconds takes all. */
const BUCKETS = HALF * (32 - BITS + 2);

export function newRecorder(): Recorder {
  const counts = new Uint32Array(BUCKETS);
  let [least, most] = [HIGHEST_US, 0];
  return {
    record(ms) {
      // As `recordMs` rounds and bounds it.
      const rounded = Math.round(ms * 1000);
      const us = rounded < 0 ? 0 : rounded > HIGHEST_US ? HIGHEST_US : rounded;
      if (us > most) most = us;
      if (us < least && us > 0) least = us;
      counts[bucketOf(us)]!++;
    },
    take() {
      const taken: number[] = [];
      const take = (bucket: number) => {
        if (counts[bucket] === 0) return;
        taken.push(bucket, counts[bucket]!);
        counts[bucket] = 0;
      };
      take(0);
      for (let bucket = Math.max(1, bucketOf(least)); bucket <= bucketOf(most); bucket++) take(bucket);
      const recorded = { buckets: Uint32Array.from(taken), least, most };
      [least, most] = [HIGHEST_US, 0];
      return recorded;
    },
  };
}

/** Leaves the histogram as if each of the values had been recorded into it. */
export function addRecorded(histogram: Histogram, { buckets, least, most }: Recorded): void {
  if (most > 0) histogram.recordValue(most);
  for (let i = 0; i < buckets.length; i += 2) {
    const bucket = buckets[i]!;
    const count = buckets[i + 1]! - (most > 0 && bucket === bucketOf(most) ? 1 : 0);
    if (count > 0) histogram.recordValueWithCount(bucket === 0 ? 0 : Math.max(least, lowestOf(bucket)), count);
  }
}

function bucketOf(us: number): number {
  const shift = 32 - BITS - Math.clz32(us | HALF);
  return shift * HALF + (us >>> shift);
}

function lowestOf(bucket: number): number {
  const shift = Math.max(0, (bucket >> (BITS - 1)) - 1);
  return (bucket - shift * HALF) * 2 ** shift;
}
