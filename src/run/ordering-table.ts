import { inColumns } from '../columns.ts';
import type { StandInBehaviour } from './options.ts';
import type { Summary } from './summary.ts';

/** One run of the experiment, before it is made. */
export interface OrderingCase {
  readonly design: StandInBehaviour['ingest'];
  /** Ingest functions at work at once; without meaning for `direct`, which has none. */
  readonly environments: number;
  readonly jitterMs: number;
  readonly minGapMs: number;
}

/** What came of it. Counts of updates; times in ms, but for `seconds`. */
export interface OrderingRow extends OrderingCase {
  readonly sent: number;
  readonly refusedAsOlder: number;
  readonly lost: number;
  /** Seen by a viewer, or superseded before one looked. */
  readonly stored: number;
  readonly reordered: number;
  /** Sent, and none of refused as older, lost or stored. */
  readonly otherwise: number;
  /** Of what was stored. */
  readonly publishToStore: { readonly p50: number; readonly p99: number };
  readonly seconds: number;
  /** The run's directory. */
  readonly out: string;
}

/** The code of "timestamps older than already stored not allowed" (paper, section 4.4), and of nothing else that a generated fleet can earn. */
const OLDER = 'ValidationError';

export function orderingRow(of: OrderingCase, summary: Summary): OrderingRow {
  const { out, sent, refusals, lost, seen, superseded, reordered, publishToStore, seconds } = summary;
  const [refusedAsOlder, stored] = [refusals[OLDER] ?? 0, seen + superseded];
  return {
    ...of,
    sent,
    refusedAsOlder,
    lost,
    stored,
    reordered,
    otherwise: sent - refusedAsOlder - lost - stored,
    publishToStore: { p50: publishToStore.p50, p99: publishToStore.p99 },
    seconds,
    out,
  };
}

/** In two lines, so that a row fits 80 columns. */
const HEADS = [
  ['', 'at', 'jitter', 'gap', '', 'refused', 're-', 'publish→', 'store', 'sent'],
  ['design', 'once', 'ms', 'ms', 'sent', 'as older', 'ordered', 'p50 ms', 'p99 ms', 'in s'],
];

export function orderingTable(rows: readonly OrderingRow[]): string {
  return inColumns([...HEADS, ...rows.map(cells)]).join('\n');
}

function cells(row: OrderingRow): string[] {
  const time = (ms: number) => (row.stored === 0 ? '–' : ms.toFixed(ms < 100 ? 1 : 0));
  return [
    row.design,
    row.design === 'direct' ? '–' : String(row.environments),
    String(row.jitterMs),
    row.minGapMs.toFixed(0),
    String(row.sent),
    String(row.refusedAsOlder),
    String(row.reordered),
    time(row.publishToStore.p50),
    time(row.publishToStore.p99),
    row.seconds.toFixed(1),
  ];
}

function percent(n: number, of: number): string {
  const share = of === 0 ? 0 : (100 * n) / of;
  return `${share.toFixed(share === 0 || share === 100 ? 0 : 1)} %`;
}

/** What came out, a sentence a design: only what these rows show. A design without a row has no sentence. */
export function orderingFindings(rows: readonly OrderingRow[]): string[] {
  const [baseline] = rows.filter((row) => isBaseline(row));
  const of = (design: OrderingCase['design'], paced: boolean) =>
    rows.filter((row) => row.design === design && row.minGapMs > 0 === paced && row !== baseline);
  const unpaced = of('lambda', false);
  return [
    ...(baseline ? [`lambda, one environment, no jitter: ${refusals(baseline)}.`] : []),
    ...(unpaced.length > 0
      ? [`lambda, ${unpaced[0]!.environments} environments: ${byJitter(unpaced)}; ${lambdaCause(unpaced, baseline)}`]
      : []),
    ...pacing(of('lambda', true), unpaced),
    ...(['stream', 'direct'] as const).flatMap((design) => withoutScaling(design, of(design, false))),
    ...rows.filter(({ lost }) => lost !== 0).map((row) => `${row.lost} updates in ${row.out} were lost.`),
    ...rows
      .filter(({ otherwise }) => otherwise !== 0)
      .map((row) => `${row.otherwise} updates in ${row.out} were neither stored, lost nor refused as older.`),
  ];
}

function isBaseline({ design, environments, jitterMs, minGapMs }: OrderingCase): boolean {
  return design === 'lambda' && environments === 1 && jitterMs === 0 && minGapMs === 0;
}

function refusals({ refusedAsOlder, sent }: OrderingRow): string {
  return refusedAsOlder === 0
    ? `none of ${sent} updates refused`
    : `${refusedAsOlder} of ${sent} updates (${percent(refusedAsOlder, sent)}) refused as older than stored`;
}

function byJitter(rows: readonly OrderingRow[]): string {
  return rows
    .map((row) => `${refusals(row)} ${row.jitterMs === 0 ? 'without jitter' : `with ${row.jitterMs} ms of jitter`}`)
    .join(', ');
}

const refusedOf = (rows: readonly OrderingRow[]) => rows.reduce((n, { refusedAsOlder }) => n + refusedAsOlder, 0);

/** With the jitter at rest, environments alone tell a row from the baseline. */
function lambdaCause(rows: readonly OrderingRow[], baseline: OrderingRow | undefined): string {
  const still = rows.find(({ jitterMs }) => jitterMs === 0);
  if (still === undefined || baseline === undefined)
    return 'what scaling out alone does is not among the rows (it takes one with --jitter 0).';
  const more = still.refusedAsOlder - baseline.refusedAsOlder;
  return more > 0
    ? 'without jitter only the number of environments differs from the baseline, so scaling out reorders by itself.'
    : 'without jitter it refused no more than the baseline: here scaling out alone reordered nothing.';
}

function pacing(paced: readonly OrderingRow[], unpaced: readonly OrderingRow[]): string[] {
  const pairs = paced.flatMap((row) => {
    const twin = unpaced.find(({ jitterMs }) => jitterMs === row.jitterMs);
    return twin ? [[row, twin] as const] : [];
  });
  if (pairs.length === 0) return [];
  const [after, before] = [refusedOf(pairs.map(([row]) => row)), refusedOf(pairs.map(([, twin]) => twin))];
  const gap = `lambda, each device waiting ${paced[0]!.minGapMs.toFixed(0)} ms after an answer:`;
  const left = pairs.filter(([row]) => row.refusedAsOlder > 0);
  const where = left.map(([row]) => `${row.refusedAsOlder} at ${row.jitterMs} ms of jitter`).join(', ');
  const verdict =
    before === 0 && after === 0
      ? 'there was no refusal to remove'
      : after === 0
        ? `pacing removed all ${before} refusals`
        : after < before
          ? `pacing left ${after} of ${before} refusals (${where})`
          : `pacing removed none: ${after} refusals (${where}), ${before} without it`;
  const seconds = (pick: 0 | 1) => Math.max(...pairs.map((pair) => pair[pick].seconds)).toFixed(1);
  return [`${gap} ${verdict}; sending took up to ${seconds(0)} s instead of ${seconds(1)} s.`];
}

/** `stream` and `direct` have nothing behind the rule that overtakes; where jitter alone tells two rows apart, it is the cause. */
function withoutScaling(design: 'stream' | 'direct', rows: readonly OrderingRow[]): string[] {
  if (rows.length === 0) return [];
  const still = rows.find(({ jitterMs }) => jitterMs === 0);
  const jittered = refusedOf(rows.filter(({ jitterMs }) => jitterMs > 0));
  const before = design === 'stream' ? 'before the stream, which keeps the order it is given' : 'before its action ran';
  const cause = (() => {
    if (refusedOf(rows) === 0) return 'it kept the order in every row';
    if (still === undefined) return 'no row without jitter is there to tell whose doing it is';
    if (still.refusedAsOlder > 0) return 'some were refused without jitter, so the rule engine is not all of it';
    return jittered > 0
      ? `only the jitter differs between these rows, so the rule engine had reordered them ${before}`
      : 'it kept the order in every row';
  })();
  return [`${design}: ${byJitter(rows)}; ${cause}.`];
}
