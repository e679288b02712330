/** Lateness that the whole run's percentiles hide, or that is not the generator's: it is told, and the verdict stays. */
import { decodeHistogram, type Histogram, percentilesOf } from '../histogram.ts';
import type { Plan } from '../workers/plan.ts';
import type { Slice } from '../workers/timeline.ts';
import type { Summary } from './summary.ts';

/** A second of the timeline in which the generator itself was late. Epoch ms, and ms. */
export interface LateSecond {
  from: number;
  to: number;
  updates: number;
  /** Of its updates, the longest lag. */
  lagMax: number;
}

/** Devices that waited for their answers, so that not all was offered that the pace asked for. */
export interface Waited {
  /** 99th percentile of lateness, ms. */
  lateP99: number;
  /** A device waits so long after each answer (--min-gap); absent: it does not. */
  minGapMs?: number;
  /** Of the rate that was asked for; absent where the pace asks for none, or what it asked for was not all sent. */
  offered?: number;
}

/** One pause of a garbage collector in a slow second makes a few updates late, which is no stall. */
const FEW = 10;

/** Whether more than 1 % of a second's updates, and more than a few, lagged beyond the limit. */
export function lateSecond({ from, to, latencies }: Slice, limitMs: number): LateSecond | undefined {
  const lag = decodeHistogram(latencies.lag);
  const { count, max } = percentilesOf(lag);
  return max > limitMs && isLate(lag, limitMs) ? { from, to, updates: count, lagMax: max } : undefined;
}

function isLate(lag: Histogram, limitMs: number): boolean {
  const rest = 100 * (1 - FEW / lag.totalCount);
  return rest > 0 && lag.getValueAtPercentile(Math.min(99, rest)) / 1000 > limitMs;
}

export function lateSeconds(slices: readonly Slice[], limitMs: number): LateSecond[] {
  return slices.flatMap((slice) => lateSecond(slice, limitMs) ?? []);
}

type Times = Pick<Summary, 'seconds' | 'pausedSeconds' | 'interrupted' | 'late' | 'service'>;

/** One in so many updates that are late is worth telling. */
const ONE_IN = 100;

/** @param summary `saturated`: then it is the generator that was late; `lateUnharmed`: what faults on purpose explain is not told */
export function waitedFor(
  { pace, scheduledMs, minGapMs }: Pick<Plan, 'pace' | 'scheduledMs' | 'minGapMs'>,
  summary: Times & Pick<Summary, 'saturated' | 'sent' | 'planned' | 'lateUnharmed'>,
  limitMs: number,
): Waited | undefined {
  const { late, saturated, interrupted, sent, planned, lateUnharmed = late.count } = summary;
  if (pace.kind === 'max' || saturated || late.p99 <= limitMs || lateUnharmed * ONE_IN <= late.count) return undefined;
  const isRate = pace.kind !== 'mixed' && scheduledMs > 0 && !(interrupted && sent < planned);
  return {
    lateP99: late.p99,
    ...(minGapMs > 0 ? { minGapMs } : {}),
    ...(isRate ? { offered: offered(scheduledMs, summary) } : {}),
  };
}

/** The schedule's length as a part of the time that sending took: until the last answer, less its own time, or the longest lateness. */
function offered(scheduledMs: number, { seconds, pausedSeconds = 0, late, service }: Times): number {
  const answering = (seconds - pausedSeconds) * 1000 - service.p50;
  return Math.min(1, scheduledMs / Math.min(answering, scheduledMs + late.max));
}

/** Of each, at most one sentence; a saturated run has said it. */
export function latenessLines(summary: Summary): string[] {
  return summary.saturated ? [] : [...lateSecondsLine(summary), ...waitedLine(summary)];
}

const MOST_NAMED = 5;

function lateSecondsLine({ lateSeconds: late = [], firstSentAt, shards }: Summary): string[] {
  if (late.length === 0) return [];
  const longest = Math.max(...late.map(({ lagMax }) => lagMax)).toFixed(0);
  const named = late.slice(0, MOST_NAMED).map(({ from }) => `${Math.max(0, (from - firstSentAt) / 1000).toFixed(0)} s`);
  const more = late.length > named.length ? ` and ${late.length - named.length} more` : '';
  const where = shards
    ?.filter(({ lateSeconds: n = 0 }) => n > 0)
    .map(({ dir }) => dir)
    .join(', ');
  const seconds = late.length === 1 ? 'second' : 'seconds';
  return [
    `GENERATOR LATE in ${late.length} ${seconds}${where ? ` of ${where}` : ''} (from ${named.join(', ')}${more} on): it sent updates up to ${longest} ms after they were ready; take the latencies there as an upper bound, and see what else the machine did.`,
  ];
}

function waitedLine({ waited, disconnects }: Summary): string[] {
  if (waited === undefined) return [];
  const { lateP99, offered: part, minGapMs } = waited;
  const gap = minGapMs === undefined ? '' : ` and ${minGapMs.toFixed(0)} ms after each`;
  const lost = disconnects > 0 ? 'connections were lost, ' : '';
  const rate =
    part === undefined ? '' : `; ${(100 * part).toFixed(part < 0.1 ? 1 : 0)} % of the rate asked for was offered`;
  return [
    `DEVICES WAITED for their answers${gap}: 1 in 100 updates were ${lateP99.toFixed(0)} ms late or more${rate}. The target is slow, ${lost}or the devices are too few for that rate, as each has one update under way: use more devices, or a lower rate.`,
  ];
}
