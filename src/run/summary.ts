import type { Findings } from '../analyser/analyse.ts';
import { type Percentiles, percentilesOf } from '../histogram.ts';
import type { FailureCode } from '../model.ts';
import type { FleetResult, WorkerDeath } from '../workers/fleet-result.ts';
import type { FaultRound } from '../workers/inflict.ts';
import type { Pause } from '../workers/pause.ts';
import type { Plan } from '../workers/plan.ts';
import type { ConnectFailures } from '../workers/protocol.ts';
import type { ShardChoice } from '../workers/share.ts';
import type { Slice } from '../workers/timeline.ts';
import { type ClockOffset, clockText } from './clock-offset.ts';
import { connectionLines, promiseLine } from './fault-summary.ts';
import { fixesNotAskedFor, paceEndLines } from './pace-end.ts';
import { type PhaseFigures, phaseTable } from './phase-figures.ts';
import { type Judgement, judge, judgementText, type Threshold } from './threshold.ts';

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
  /** What the analyser has to say of the logs it read. */
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
  interrupted: boolean;
  /** While somebody held it; all that was still due then moved on by as much. Absent where nobody did. */
  pauses?: Pause[];
  /** The generator itself was late beyond the limit: its figures say little about the backend. */
  saturated: boolean;
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
  clock: ClockOffset;
}

export interface Outcome {
  readonly out: string;
  readonly plan: Plan;
  readonly fleet: FleetResult;
  readonly findings: Findings;
  readonly cpuSeconds: number;
  readonly standInCpuSeconds: number | undefined;
  /** Asked to end, while it was sending or later. */
  readonly interrupted: boolean;
  /** Beyond this 99th percentile of lag, ms, the generator counts as saturated. */
  readonly lagLimitMs: number;
  readonly thresholds: readonly Threshold[];
  readonly slices: readonly Slice[];
  readonly phases?: PhaseFigures[] | undefined;
  readonly clock?: ClockOffset | undefined;
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
  interrupted,
  lagLimitMs,
  thresholds,
  slices,
  phases,
  clock,
  merged,
}: Outcome): Summary {
  const { publishToStore, endToEnd, endToEndEarliest, cross, evidence } = findings;
  const lag = percentilesOf(fleet.lag);
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
    notes: findings.notes,
    cross,
    evidence,
    response: percentilesOf(fleet.response),
    service: percentilesOf(fleet.service),
    publishToStore: percentilesOf(publishToStore),
    endToEnd: percentilesOf(endToEnd),
    endToEndEarliest: percentilesOf(endToEndEarliest),
    late: percentilesOf(fleet.late),
    lag,
    firstSentAt: fleet.firstSentAt,
    lastDoneAt: fleet.lastDoneAt,
    seconds: Math.max(0, fleet.lastDoneAt - fleet.firstSentAt) / 1000,
    cpuSeconds,
    ...(standInCpuSeconds === undefined ? {} : { standInCpuSeconds }),
    interrupted,
    ...(fleet.pauses.length > 0 ? { pauses: [...fleet.pauses] } : {}),
    // Without a schedule there is nothing to be late for: the generator goes as fast as it can.
    saturated:
      (plan.pace.kind !== 'max' && lag.p99 > lagLimitMs) || merged?.shards.some(({ saturated }) => saturated) === true,
    ...(phases === undefined ? {} : { phases }),
    thresholds: [],
    ...(clock === undefined ? {} : { clock }),
    ...merged,
  };
  // Of a part, a throughput or a count says nothing.
  if (plan.shard === undefined) summary.thresholds = thresholds.map((threshold) => judge(threshold, summary, slices));
  return summary;
}

/**
 * Whether the run may count as passed: exit code 4 where not. A shard that has done its part leaves the verdict to whoever
 * sees all of them: an engine of array jobs would take a failure for one to repeat.
 */
export function hasPassed({ shard, saturated, thresholds }: Summary): boolean {
  return shard !== undefined || (!saturated && thresholds.every(({ kept }) => kept));
}

/** What is to be said first: a sentence each. */
export function verdictLines(summary: Summary): string[] {
  const broken = summary.thresholds.filter(({ kept }) => !kept);
  const { shard } = summary;
  return [
    ...missingLine(summary),
    ...deathLines(summary),
    (shard === undefined ? '' : `Shard ${shard.index} of ${shard.of}: `) + verdictLine(summary),
    ...promiseLine(summary),
    ...pauseLine(summary),
    ...(summary.saturated ? [saturationLine(summary)] : []),
    ...(broken.length > 0
      ? [`THRESHOLD${broken.length > 1 ? 'S' : ''} BROKEN: ${broken.map(({ text }) => text).join('; ')}.`]
      : []),
  ];
}

/** The summary as a person reads it: the verdict first. */
export function summaryText(summary: Summary): string {
  const { sent, planned, evidence, shard } = summary;
  const share = (n: number) => (sent === 0 ? '' : ` (${((100 * n) / sent).toFixed(n === sent || n === 0 ? 0 : 2)} %)`);
  const count = (name: string, n: number, more = '') =>
    `  ${name.padEnd(13)} ${String(n).padStart(9)}${share(n)}${more}`;
  const codes = (of: Record<string, number>) => {
    const entries = Object.entries(of);
    return entries.length === 0 ? '' : `: ${entries.map(([code, n]) => `${code} ${n}`).join(', ')}`;
  };
  return [
    ...verdictLines(summary),
    '',
    `${summary.devices} devices sent ${sent} updates in ${summary.seconds.toFixed(1)} s over ${summary.transport}` +
      (planned > sent ? ` (${planned - sent} of the planned ${planned} were not sent)` : ''),
    ...paceEndLines(summary),
    ...Object.entries(summary.connectFailures).map(
      ([code, { devices, first }]) => `  ${devices} devices did not connect: ${code}; first ${first}`,
    ),
    '',
    'sender',
    count('acknowledged', summary.acknowledged),
    count('failed', summary.failed, codes(summary.failures)),
    count('unknown', summary.unknown),
    `backend${evidenceNote(evidence)}`,
    count('seen', summary.seen),
    count('superseded', summary.superseded),
    count('filtered', summary.filtered),
    count('refused', summary.refused, codes(summary.refusals)),
    count('lost', summary.lost),
    count('unexplained', summary.unexplained),
    '',
    ...connectionLines(summary),
    `${'ms'.padEnd(26)}${['p50', 'p90', 'p99', 'p99.9', 'max'].map((name) => name.padStart(10)).join('')}`,
    row('response (due→answer)', summary.response),
    row('service (sent→answer)', summary.service),
    row('publish→store', summary.publishToStore),
    row('publish→seen, at latest', summary.endToEnd),
    row('publish→seen, earliest', summary.endToEndEarliest),
    row('late (due→sent)', summary.late),
    row('lag of the generator', summary.lag),
    '',
    ...phaseTable(summary.phases),
    ...(summary.thresholds.length > 0 ? ['thresholds', ...summary.thresholds.map(judgementText), ''] : []),
    ...(summary.negative > 0 ? [`${summary.negative} latencies are below zero: the clocks disagree`] : []),
    ...(summary.duplicated > 0 ? [`${summary.duplicated} updates reached the trackers more than once`] : []),
    ...(summary.reordered > 0
      ? [`${summary.reordered} updates reached the trackers after a later one of their device`]
      : []),
    ...summary.notes,
    ...clockLine(summary),
    ...(shard === undefined ? [] : ['A part of a run: "simctl merge" adds the shards, and judges the thresholds.']),
    `CPU: generator ${summary.cpuSeconds.toFixed(1)} s` +
      (summary.standInCpuSeconds === undefined ? '' : `, stand-in ${summary.standInCpuSeconds.toFixed(1)} s`),
    `Everything is in ${summary.out}`,
  ].join('\n');
}

function verdictLine(summary: Summary): string {
  if (summary.interrupted) return 'INTERRUPTED: the figures cover what was sent until then.';
  if (summary.sent === 0) return 'NOTHING SENT.';
  const problems = [
    summary.failed > 0 ? `${summary.failed} not sent` : '',
    summary.unknown > 0 ? `${summary.unknown} without an answer` : '',
    summary.lost > 0 ? `${summary.lost} lost` : '',
    summary.refused > 0 ? `${summary.refused} refused` : '',
    summary.unexplained > 0 ? `${summary.unexplained} unexplained` : '',
  ].filter((problem) => problem !== '');
  if (problems.length === 0) return `EVERY UPDATE ARRIVED: ${summary.sent} of ${summary.sent} accounted for.`;
  return `NOT EVERY UPDATE ARRIVED: ${problems.join(', ')} of ${summary.sent}; fates.ndjson lists each.`;
}

/** Only what is stored is timed by another clock. */
function clockLine({ clock, shards, publishToStore }: Summary): string[] {
  const clocks = shards?.map((shard) => shard.clock) ?? (clock === undefined ? [] : [clock]);
  return clocks.length === 0 || publishToStore.count === 0 ? [] : [clockText(clocks)];
}

/** The run ended there; what is said of that worker is what its send log holds. */
function deathLines({ deaths = [] }: Summary): string[] {
  return deaths.map(
    ({ worker, message, sent }) =>
      `INCOMPLETE: worker ${worker} died (${message}), and the others were stopped. Its ${sent} attempts are those of its send log, which may lack the last quarter of a second.`,
  );
}

/** Whoever reads its throughput has to know. */
function pauseLine({ pauses = [] }: Summary): string[] {
  if (pauses.length === 0) return [];
  const seconds = pauses.reduce((ms, { from, to }) => ms + to - from, 0) / 1000;
  const times = pauses.length === 1 ? 'once' : `${pauses.length} times`;
  return [
    `PAUSED by hand, ${times}, ${seconds.toFixed(1)} s in all: what was due later was due so much later; throughput covers the pauses.`,
  ];
}

function missingLine({ shards = [], missing = [] }: Summary): string[] {
  if (missing.length === 0) return [];
  const [are, have] = missing.length === 1 ? [' is', 'it has'] : ['s are', 'they have'];
  return [
    `PARTIAL: shard${are} missing: ${missing.join(', ')} of ${shards.length + missing.length}; nothing is known of what ${have} sent.`,
  ];
}

function saturationLine({ lag, shards }: Summary): string {
  const late = shards?.filter(({ saturated }) => saturated).map(({ dir }) => dir) ?? [];
  if (late.length > 0)
    return `GENERATOR SATURATED in ${late.join(', ')}: take the latencies as an upper bound, use more machines, or a slower pace.`;
  return `GENERATOR SATURATED: it sent 1 in 100 updates ${lag.p99.toFixed(0)} ms or more after they were ready; take the latencies as an upper bound, use more workers or machines, or a slower pace.`;
}

function evidenceNote({ received, sweptDevices, ingest }: Findings['evidence']): string {
  const missing = [
    received ? '' : 'no viewer',
    sweptDevices > 0 ? '' : 'no history',
    ingest ? '' : 'no ingest log',
  ].filter((what) => what !== '');
  return missing.length === 0 ? '' : ` (${missing.join(', ')}: what that would show is unexplained)`;
}

function row(name: string, { count, p50, p90, p99, p999, max }: Percentiles): string {
  const cells =
    count === 0 ? ['–', '–', '–', '–', '–'] : [p50, p90, p99, p999, max].map((ms) => ms.toFixed(ms < 100 ? 2 : 0));
  return `${name.padEnd(26)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}
