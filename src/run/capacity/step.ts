/** What one step of a capacity search was, and what it says of the target. */
import type { Percentiles } from '../../histogram.ts';
import type { Slice } from '../../workers/timeline.ts';
import { lateSeconds } from '../lateness.ts';
import { isOwnDoing, type Summary } from '../summary.ts';
import { judgementText, judgePart, type Threshold } from '../threshold.ts';
import { figuresOf } from '../windows.ts';
import type { Verdict } from './search.ts';

/** Counts and times are of what was answered after the warm-up; times in milliseconds. */
export interface CapacityStep {
  /** What was asked for: updates a second, or devices. */
  readonly load: number;
  /** Updates a second that load comes to … */
  readonly offered: number;
  /** … and that were answered, whatever the answer. */
  readonly achieved: number;
  readonly devices: number;
  readonly verdict: Verdict;
  /** What was broken, a line each. */
  readonly broken: readonly string[];
  readonly response: Percentiles;
  readonly service: Percentiles;
  /** due → sent. */
  readonly late: Percentiles;
  /** The generator's own delay. */
  readonly lag: Percentiles;
  /** As the run's summary has it: of the whole step. */
  readonly busyWhileLate?: number;
  /** Of its seconds, those in which the generator itself was late; absent: none. */
  readonly lateSeconds?: number;
  readonly sent: number;
  readonly failed: number;
  readonly unknown: number;
  /** Of the whole step. */
  readonly failures: Readonly<Record<string, number>>;
  readonly connectFailures: number;
  readonly lost: number;
  readonly refused: number;
  /** Of the generator's process while it sent, connecting left out, as a part of one core. */
  readonly cpu: number;
  /** The step's own run directory. */
  readonly out: string;
}

export interface StepRules {
  readonly thresholds: readonly Threshold[];
  /** Seconds at the beginning of a step that do not count: connections are new, and buckets of quotas full. */
  readonly warmUpSeconds: number;
  /** Beyond this 99th percentile of lag, ms, a step that broke says nothing of the target. */
  readonly lagLimitMs: number;
}

/** Below this part of the load, the target (or the devices that wait for it) did not take it, whatever the thresholds say. */
const LEAST_ACHIEVED = 0.95;

/**
 * @param slices the step's timeline, from its beginning
 * @param lastAnswerAt epoch ms; what has none ends later, at the end of its patience, which says nothing of the target's pace
 */
export function judgeStep(
  { load, offered }: Pick<CapacityStep, 'load' | 'offered'>,
  summary: Summary,
  slices: readonly Slice[],
  { thresholds, warmUpSeconds, lagLimitMs }: StepRules,
  lastAnswerAt = summary.lastDoneAt,
): CapacityStep {
  const start = slices[0]?.from ?? 0;
  const counted = slices.filter(({ from }) => from - start >= warmUpSeconds * 1000 - 100);
  const part = counted.length > 0 ? counted : slices;
  const figures = part.length > 0 ? figuresOf(part) : summary;
  const from = part[0]?.from ?? summary.firstSentAt;
  const { sent = 0, failed = 0, unknown = 0 } = figures;
  // Not less than was asked for it: a target that fell silent half-way did not take the load in half the time.
  const seconds = Math.max((lastAnswerAt - from) / 1000, sent / offered);
  const achieved = seconds > 0 ? (sent - unknown) / seconds : 0;
  const connectFailures = Object.values(summary.connectFailures).reduce((n, { devices }) => n + devices, 0);

  const judgements = thresholds.map((threshold) => judgePart(threshold, summary, part));
  const broken = judgements.filter(({ kept }) => !kept).map((judgement) => judgementText(judgement).trim());
  if (achieved < LEAST_ACHIEVED * offered)
    broken.push(`BROKEN  ${rate(offered)}: only ${rate(achieved)} were answered`);
  const [response, service, late, lag] = [figures.response!, figures.service!, figures.late!, figures.lag!];
  const { busyWhileLate } = summary;
  const lateOwn = lateSeconds(part, lagLimitMs).length;
  const ownDoing = isOwnDoing({ lag, late, busyWhileLate }, lagLimitMs);
  return {
    load,
    offered,
    achieved,
    devices: summary.devices,
    verdict: broken.length === 0 ? 'kept' : ownDoing ? 'saturated' : 'broken',
    broken,
    response,
    service,
    late,
    lag,
    ...(busyWhileLate === undefined ? {} : { busyWhileLate }),
    ...(lateOwn > 0 ? { lateSeconds: lateOwn } : {}),
    sent,
    failed,
    unknown,
    failures: summary.failures,
    connectFailures,
    lost: summary.lost,
    refused: summary.refused,
    cpu: summary.coresWhileSending ?? 0,
    out: summary.out,
  };
}

export function rate(perSecond: number): string {
  return `${Number(perSecond.toPrecision(4))}/s`;
}
