import { HIGHEST_US, type Histogram } from './histogram.ts';

/**
 * Records into a histogram, several times as cheap a value: counts in buckets of the histogram's own resolution, few
 * enough for a processor's cache, and hands them over when asked to.
 */
export interface Recorder {
  record(ms: number): void;
  /** The histogram holds them all. */
  flush(): void;
}

/** Of a value, so many leading bits are told apart: as in an HdrHistogram of three significant digits. */
const BITS = 11;
const HALF = 1 << (BITS - 1);
/** Up to 32 bits, of which an hour in microseconds takes all. */
const BUCKETS = HALF * (32 - BITS + 2);

export function newRecorder(histogram: Histogram): Recorder {
  const counts = new Uint32Array(BUCKETS);
  // A histogram knows its extremes exactly, and a bucket does not.
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
    flush() {
      if (most > 0) {
        histogram.recordValue(most);
        counts[bucketOf(most)]!--;
      }
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        if (counts[bucket] === 0) continue;
        histogram.recordValueWithCount(bucket === 0 ? 0 : Math.max(least, lowestOf(bucket)), counts[bucket]!);
        counts[bucket] = 0;
      }
      [least, most] = [HIGHEST_US, 0];
    },
  };
}

function bucketOf(us: number): number {
  const shift = 32 - BITS - Math.clz32(us | HALF);
  return shift * HALF + (us >>> shift);
}

function lowestOf(bucket: number): number {
  const shift = Math.max(0, (bucket >> (BITS - 1)) - 1);
  return (bucket - shift * HALF) * 2 ** shift;
}
