import type { Findings } from '../analyser/analyse.ts';
import { EXIT } from '../errors.ts';
import { type Percentiles, percentilesOf } from '../histogram.ts';
import type { FailureCode } from '../model.ts';
import type { FleetResult, WorkerDeath } from '../workers/fleet-result.ts';
import type { FaultRound } from '../workers/inflict.ts';
import { type Pause, pausedWithin } from '../workers/pause.ts';
import type { Plan } from '../workers/plan.ts';
import type { ConnectFailures } from '../workers/protocol.ts';
import type { ShardChoice } from '../workers/share.ts';
import type { Slice } from '../workers/timeline.ts';
import type { ClockOffset } from './clock-offset.ts';
import { brokenPromises, missedFaults } from './fault-summary.ts';
import { type LateSecond, type Waited, waitedFor } from './lateness.ts';
import { fixesNotAskedFor } from './pace-end.ts';
import type { PhaseFigures } from './phase-figures.ts';
import { type Judgement, judge, type Threshold } from './threshold.ts';

/** summary.json: what became of a run. Times in milliseconds. */
export interface Summary {
  /** The run's directory. */
  out: string;
  transport: string;
  /** One of several processes; its thresholds are judged over all of them (simctl merge). */
  shard?: ShardChoice;
  devices: number;
  /** Devices that never connected, by code. */
  connectFailures: ConnectFailures;
  /** Updates of the whole fleet; more than `sent` only where the run was interrupted. */
  planned: number;
  /** Fixes left when the pace ended (--pace '… over 60s'); absent where it goes on until there are none. */
  notAskedFor?: number;
  sent: number;
  acknowledged: number;
  failed: number;
  unknown: number;
  failures: Record<FailureCode, number>;
  /** Connections lost, and made again; updates sent again, marked as duplicates. */
  disconnects: number;
  reconnects: number;
  redeliveries: number;
  /** What was done to connections on purpose; absent: nothing. */
  faults?: FaultRound[];
  /** Workers that ended before their time, so that the others were stopped; absent: none. */
  deaths?: WorkerDeath[];
  seen: number;
  superseded: number;
  filtered: number;
  refused: number;
  refusals: Record<string, number>;
  lost: number;
  unexplained: number;
  duplicated: number;
  reordered: number;
  /** Latencies below zero: clocks that disagree. */
  negative: number;
  /** What the analyser has to say of the logs it read, and faults that did not come. */
  notes: string[];
  /** Sender's verdict × backend's verdict. */
  cross: Findings['cross'];
  evidence: Findings['evidence'];
  /** due → answered, and sent → answered, of acknowledged updates. */
  response: Percentiles;
  service: Percentiles;
  /** sent → the tracker's own time of receipt. */
  publishToStore: Percentiles;
  /** sent → shown by a viewer: at the latest, and at the earliest (a poll can only say "between these two"). */
  endToEnd: Percentiles;
  endToEndEarliest: Percentiles;
  late: Percentiles;
  /** ready → sent: the generator's own delay. */
  lag: Percentiles;
  /** Epoch ms, 0 where nothing was sent; `seconds` lie between. */
  firstSentAt: number;
  lastDoneAt: number;
  /** First send to last answer. */
  seconds: number;
  /** User and system time of the generator's process while it ran; the stand-in's is its own. */
  cpuSeconds: number;
  standInCpuSeconds?: number;
  /** Of one core, the part that it used from the start of sending, without connecting, until all was answered and closed; absent: merged. */
  coresWhileSending?: number;
  interrupted: boolean;
  /** While somebody held it, or any of its shards; all that was still due then moved on by as much. Absent where nobody did. */
  pauses?: Pause[];
  /** Of `seconds`, those in which all of it was held: throughput leaves them out. Absent: none. */
  pausedSeconds?: number;
  /** The generator itself was late beyond the limit: its figures say little about the backend. */
  saturated: boolean;
  /** While updates were late, the part of the time in which its threads were at work; absent: none was, or shards tell it. */
  busyWhileLate?: number;
  /** Seconds in which the generator itself was late, whatever the whole says; of what was merged, those of each shard. Absent: none. */
  lateSeconds?: LateSecond[];
  /** With faults: updates that would have been late beyond the limit without them too. */
  lateUnharmed?: number;
  /** Late beyond the limit, and not by the generator's doing; absent: it was not. */
  waited?: Waited;
  /** Where the run has phases: how each went. */
  phases?: PhaseFigures[];
  thresholds: Judgement[];
  /** Against the true time; absent where the backend reads the same clock. */
  clock?: ClockOffset;
  /** Of what was merged: each shard, and the indices of those that were not there. */
  shards?: MergedShard[];
  missing?: number[];
}

/** A shard as the summary of the whole remembers it. */
export interface MergedShard {
  /** Its directory. */
  dir: string;
  index: number;
  sent: number;
  saturated: boolean;
  /** How many; absent: none. */
  lateSeconds?: number;
  clock: ClockOffset;
}

export interface Outcome {
  readonly out: string;
  readonly plan: Plan;
  readonly fleet: FleetResult;
  readonly findings: Findings;
  readonly cpuSeconds: number;
  readonly standInCpuSeconds: number | undefined;
  readonly coresWhileSending?: number | undefined;
  /** Asked to end, while it was sending or later. */
  readonly interrupted: boolean;
  /** Beyond this 99th percentile of lag, ms, the generator counts as saturated. */
  readonly lagLimitMs: number;
  readonly thresholds: readonly Threshold[];
  readonly slices: readonly Slice[];
  readonly lateSeconds?: readonly LateSecond[];
  readonly phases?: PhaseFigures[] | undefined;
  readonly clock?: ClockOffset | undefined;
  /** When all shards were held at once; absent: of one process, its pauses. */
  readonly allHeld?: readonly Pause[];
  /** What `fleet` and `findings` are the sums of. */
  readonly merged?: Required<Pick<Summary, 'shards' | 'missing'>>;
}

export function summarise({
  out,
  plan,
  fleet,
  findings,
  cpuSeconds,
  standInCpuSeconds,
  coresWhileSending,
  interrupted,
  lagLimitMs,
  thresholds,
  slices,
  lateSeconds = [],
  phases,
  clock,
  allHeld = fleet.pauses,
  merged,
}: Outcome): Summary {
  const { publishToStore, endToEnd, endToEndEarliest, cross, evidence } = findings;
  const lag = percentilesOf(fleet.lag);
  const pausedSeconds = pausedWithin(allHeld, fleet.firstSentAt, fleet.lastDoneAt) / 1000;
  const late = percentilesOf(fleet.late);
  const { lateMs, busyLateMs } = fleet.lateness;
  const busyWhileLate = lateMs > 0 ? busyLateMs / lateMs : undefined;
  const notAskedFor = fixesNotAskedFor(plan, fleet.counts.sent, interrupted);
  const summary: Summary = {
    out,
    transport: plan.transport,
    ...(plan.shard === undefined ? {} : { shard: plan.shard }),
    devices: fleet.devices,
    connectFailures: fleet.connectFailures,
    planned: notAskedFor === undefined ? plan.updates : plan.fixes - notAskedFor,
    ...(notAskedFor === undefined ? {} : { notAskedFor }),
    sent: fleet.counts.sent,
    acknowledged: fleet.counts.acknowledged,
    failed: fleet.counts.failed,
    unknown: fleet.counts.unknown,
    failures: fleet.counts.failures,
    disconnects: fleet.counts.disconnects,
    reconnects: fleet.counts.reconnects,
    redeliveries: fleet.counts.redeliveries,
    ...(fleet.faults.length > 0 ? { faults: [...fleet.faults] } : {}),
    ...(fleet.deaths.length > 0 ? { deaths: [...fleet.deaths] } : {}),
    seen: findings.seen,
    superseded: findings.superseded,
    filtered: findings.filtered,
    refused: findings.refused,
    refusals: findings.refusals,
    lost: findings.lost,
    unexplained: findings.unexplained,
    duplicated: findings.duplicated,
    reordered: findings.reordered,
    negative: findings.negative,
    notes: [...findings.notes, ...faultNotes(plan, fleet)],
    cross,
    evidence,
    response: percentilesOf(fleet.response),
    service: percentilesOf(fleet.service),
    publishToStore: percentilesOf(publishToStore),
    endToEnd: percentilesOf(endToEnd),
    endToEndEarliest: percentilesOf(endToEndEarliest),
    late,
    lag,
    firstSentAt: fleet.firstSentAt,
    lastDoneAt: fleet.lastDoneAt,
    seconds: Math.max(0, fleet.lastDoneAt - fleet.firstSentAt) / 1000,
    cpuSeconds,
    ...(standInCpuSeconds === undefined ? {} : { standInCpuSeconds }),
    ...(coresWhileSending === undefined ? {} : { coresWhileSending }),
    interrupted,
    ...(fleet.pauses.length > 0 ? { pauses: [...fleet.pauses] } : {}),
    ...(pausedSeconds > 0 ? { pausedSeconds } : {}),
    // Without a schedule there is nothing to be late for: the generator goes as fast as it can.
    saturated:
      (plan.pace.kind !== 'max' && isOwnDoing({ lag, late, busyWhileLate }, lagLimitMs)) ||
      merged?.shards.some(({ saturated }) => saturated) === true,
    ...(busyWhileLate === undefined ? {} : { busyWhileLate }),
    ...(lateSeconds.length > 0 && plan.pace.kind !== 'max' ? { lateSeconds: [...lateSeconds] } : {}),
    ...(fleet.lateUnharmed === undefined ? {} : { lateUnharmed: fleet.lateUnharmed }),
    ...(phases === undefined ? {} : { phases }),
    thresholds: [],
    ...(clock === undefined ? {} : { clock }),
    ...merged,
  };
  const waited = waitedFor(plan, summary, lagLimitMs);
  if (waited !== undefined) summary.waited = waited;
  // Of a part, a throughput or a count says nothing.
  if (plan.shard === undefined) summary.thresholds = thresholds.map((threshold) => judge(threshold, summary, slices));
  return summary;
}

/** A thread that is at work so much of the time has more to do than it can. */
const BUSY = 0.9;

/** Whether lateness beyond the limit is the generator's: it woke devices late, or had no time to read their answers. */
export function isOwnDoing(
  { lag, late, busyWhileLate = 0 }: Pick<Summary, 'lag' | 'late'> & { readonly busyWhileLate?: number | undefined },
  limitMs: number,
): boolean {
  return lag.p99 > limitMs || (late.p99 > limitMs && busyWhileLate > BUSY);
}

/** Of a part the whole will say it. */
function faultNotes({ shard, faults }: Plan, fleet: FleetResult): string[] {
  return shard === undefined ? missedFaults(faults, fleet.faults) : [];
}

/** The exit code of a command that made, or added up, this run: nothing but 0 is a run that was whole and kept its promises. */
export function exitCodeOf(summary: Summary): number {
  if (summary.deaths) return EXIT.setup;
  if (summary.interrupted) return EXIT.interrupted;
  return hasPassed(summary) ? EXIT.done : EXIT.verdict;
}

/**
 * Whether it kept its thresholds and, where connections were harmed to prove it, the fleet's promise, and was not held up by the
 * generator. (Nobody asked a run for that proof which lost a connection by chance, in front of an ingest that reorders.) A shard
 * that has done its part leaves the verdict to whoever sees all of them: an engine of array jobs would take a failure for one to repeat.
 */
export function hasPassed(summary: Summary): boolean {
  const { shard, saturated, thresholds, faults } = summary;
  if (shard !== undefined) return true;
  if (faults !== undefined && brokenPromises(summary).length > 0) return false;
  return !saturated && thresholds.every(({ kept }) => kept);
}
