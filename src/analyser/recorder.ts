import { type Histogram, recordMs } from '../histogram.ts';

/** Records into a histogram, a third as dear a value: whole microseconds up to some seconds are counted by themselves first. */
export interface Recorder {
  record(ms: number): void;
  /** The histogram holds them all. */
  flush(): void;
}

/** 2^21 microseconds: 8 MB of counters. */
const MOST_US = 2 ** 21;

export function newRecorder(histogram: Histogram): Recorder {
  const counts = new Uint32Array(MOST_US);
  return {
    record(ms) {
      // As `recordMs` rounds and bounds it.
      const us = Math.round(ms * 1000);
      if (us >= MOST_US) recordMs(histogram, ms);
      else counts[us < 0 ? 0 : us]!++;
    },
    flush() {
      for (let us = 0; us < MOST_US; us++) {
        if (counts[us] === 0) continue;
        histogram.recordValueWithCount(us, counts[us]!);
        counts[us] = 0;
      }
    },
  };
}
