/** A run in windows of its timeline, and the figures of each. */
import { durationText } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { decodeHistogram, newHistogram, type Percentiles, percentilesOf } from '../histogram.ts';
import type { Latencies } from '../workers/protocol.ts';
import type { Slice } from '../workers/timeline.ts';
import type { Phase } from './phases.ts';
import type { Summary } from './summary.ts';
import type { Threshold } from './threshold.ts';

/** The figures of a run, or of a part of it, that thresholds are about. */
export type Figures = Partial<Omit<Summary, 'late'>> & { readonly seconds: number; readonly late?: Percentiles };

/**
 * Whole windows, one after the other, from slices of about a second. Where the last is shorter it reaches back, so that no end of
 * a run goes unjudged; less than half a window in all is none.
 * @param start of the run @param end its last answer: what comes after belongs to nobody's rate
 */
export function* windows(
  slices: readonly Slice[],
  seconds: number,
  start: number,
  end = Number.POSITIVE_INFINITY,
): Generator<{ from: number; figures: Figures }> {
  const spanMs = (first: number, last: number) =>
    Math.max(slices[last]!.from, Math.min(slices[last]!.to, end)) - slices[first]!.from;
  const part = (first: number, last: number) => ({
    from: (slices[first]!.from - start) / 1000,
    figures: figuresOf(slices.slice(first, last + 1), spanMs(first, last)),
  });
  // Slices end a little after their second.
  const wholeMs = seconds * 1000 - 500;
  let first = 0;
  for (let last = 0; last < slices.length; last++) {
    if (spanMs(first, last) < wholeMs) continue;
    yield part(first, last);
    first = last + 1;
  }
  const last = slices.length - 1;
  if (first > last) return;
  while (first > 0 && spanMs(first, last) < wholeMs) first--;
  if (spanMs(first, last) >= seconds * 500) yield part(first, last);
}

export function figuresOf(slices: readonly Slice[], lengthMs = slices.at(-1)!.to - slices[0]!.from): Figures {
  const total = (name: 'sent' | 'acknowledged' | 'failed' | 'unknown') =>
    slices.reduce((sum, { [name]: n }) => sum + n, 0);
  const times = (name: keyof Latencies) => {
    const sum = newHistogram();
    for (const { latencies } of slices) sum.add(decodeHistogram(latencies[name]));
    return percentilesOf(sum);
  };
  return {
    sent: total('sent'),
    acknowledged: total('acknowledged'),
    failed: total('failed'),
    unknown: total('unknown'),
    // Only what is asked for is decoded.
    get response() {
      return times('response');
    },
    get service() {
      return times('service');
    },
    get late() {
      return times('late');
    },
    get lag() {
      return times('lag');
    },
    seconds: lengthMs / 1000,
    pausedSeconds: slices.reduce((ms, { pausedMs = 0 }) => ms + pausedMs, 0) / 1000,
  };
}

/**
 * Whether each has a window to judge.
 * @param scheduledMs of the run; 0 where nobody knows
 * @throws UsageError with every problem at once
 */
export function checkWindows(
  thresholds: readonly Threshold[],
  scheduledMs: number,
  phases: readonly Phase[] = [],
): void {
  const problems = thresholds.flatMap(({ text, everySeconds = 0, phase }) => {
    const seconds = phases.find(({ name }) => name === phase)?.seconds;
    const lengthMs = seconds === undefined ? scheduledMs : seconds * 1000;
    if (lengthMs === 0 || everySeconds * 500 <= lengthMs) return [];
    const what = seconds === undefined ? 'the run' : `phase ${phase}`;
    return [
      `--threshold "${text}": ${what} lasts ${durationText(Math.round(lengthMs))}, which is less than half a window: there would be nothing to judge`,
    ];
  });
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'Choose a shorter window, or none.' });
}
