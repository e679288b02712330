/**
 * Latency histograms: milliseconds in and out, microseconds inside, three significant digits, up to an hour.
 * They add exactly, so shards, workers and machines merge without loss.
 */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  HistogramLogWriter,
} from 'hdr-histogram-js';

export type { Histogram };

export const HIGHEST_US = 3_600_000_000;

export function newHistogram(): Histogram {
  // 32-bit buckets: 'packed' costs ten times as much a record, and counts per bucket stay far below 2^31.
  return build({ bitBucketSize: 32, lowestDiscernibleValue: 1, highestTrackableValue: HIGHEST_US });
}

/** Records `ms`; below zero counts as zero, above an hour as an hour. */
export function recordMs(histogram: Histogram, ms: number): void {
  const us = Math.round(ms * 1000);
  histogram.recordValue(us < 0 ? 0 : us > HIGHEST_US ? HIGHEST_US : us);
}

/** Percentiles in milliseconds, none above `max`; all zero where nothing was recorded. */
export interface Percentiles {
  count: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
}

export function percentilesOf(histogram: Histogram): Percentiles {
  const count = histogram.totalCount;
  const max = count === 0 ? 0 : histogram.maxValue / 1000;
  // A percentile is the upper end of its bucket, which may lie above the highest value there was.
  const at = (percentile: number) =>
    count === 0 ? 0 : Math.min(max, histogram.getValueAtPercentile(percentile) / 1000);
  return {
    count,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max,
  };
}

export function encodeHistogram(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram);
}

export function decodeHistogram(text: string): Histogram {
  return decodeFromCompressedBase64(text, 32);
}

/** The standard HdrHistogram log of several whole-run histograms, one tag each; values are microseconds. */
export function histogramLog(histograms: Readonly<Record<string, Histogram>>, startMs: number, endMs: number): string {
  let text = '';
  const writer = new HistogramLogWriter((line) => {
    text += line;
  });
  writer.outputComment('[simctl latencies in microseconds; Interval_Max in milliseconds]');
  writer.outputLogFormatVersion();
  writer.outputStartTime(startMs);
  writer.outputLegend();
  for (const [tag, histogram] of Object.entries(histograms)) {
    histogram.tag = tag;
    writer.outputIntervalHistogram(histogram, startMs / 1000, endMs / 1000, 1000);
  }
  return text;
}
