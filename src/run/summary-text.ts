import type { Findings } from '../analyser/analyse.ts';
import type { Percentiles } from '../histogram.ts';
import { clockText } from './clock-offset.ts';
import { connectionLines, promiseLine } from './fault-summary.ts';
import { latenessLines } from './lateness.ts';
import { paceEndLines } from './pace-end.ts';
import { phaseTable } from './phase-figures.ts';
import type { Summary } from './summary.ts';
import { judgementText } from './threshold.ts';

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
    ...latenessLines(summary),
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
    `${summary.devices} devices sent ${sent} updates in ${summary.seconds.toFixed(1)} s${pausedText(summary)} over ${summary.transport}` +
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
      `INCOMPLETE: worker ${worker} died (${message}), and the others were stopped. Its ${sent} attempts are those of its send log, in which up to 250 ms of its last answers may be missing.`,
  );
}

function pausedText({ pausedSeconds = 0 }: Summary): string {
  return pausedSeconds > 0 ? `, ${pausedSeconds.toFixed(1)} s of them paused,` : '';
}

/** Whoever reads its throughput has to know. */
function pauseLine({ pauses = [], pausedSeconds = 0, shards }: Summary): string[] {
  if (pauses.length === 0) return [];
  const seconds = pauses.reduce((ms, { from, to }) => ms + to - from, 0) / 1000;
  const times = pauses.length === 1 ? 'once' : `${pauses.length} times`;
  // Of shards, some may have gone on sending.
  const rates =
    shards === undefined
      ? 'throughput leaves the pauses out'
      : `throughput leaves out the ${pausedSeconds.toFixed(1)} s in which all shards were held`;
  return [
    `PAUSED by hand, ${times}, ${seconds.toFixed(1)} s in all: what was due later was due so much later; ${rates}.`,
  ];
}

function missingLine({ shards = [], missing = [] }: Summary): string[] {
  if (missing.length === 0) return [];
  const [are, have] = missing.length === 1 ? [' is', 'it has'] : ['s are', 'they have'];
  return [
    `PARTIAL: shard${are} missing: ${missing.join(', ')} of ${shards.length + missing.length}; nothing is known of what ${have} sent.`,
  ];
}

function saturationLine({ lag, late: due, busyWhileLate = 0, shards }: Summary): string {
  const late = shards?.filter(({ saturated }) => saturated).map(({ dir }) => dir) ?? [];
  if (late.length > 0)
    return `GENERATOR SATURATED in ${late.join(', ')}: take the latencies as an upper bound, use more machines, or a slower pace.`;
  if (lag.p99 < due.p99 / 2 && busyWhileLate > 0)
    return `GENERATOR SATURATED: 1 in 100 updates were ${due.p99.toFixed(0)} ms late or more, while its threads were at work ${(100 * busyWhileLate).toFixed(0)} % of the time; take the latencies as an upper bound, use more workers or machines, or a slower pace.`;
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
