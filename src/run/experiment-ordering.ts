import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter } from '../dashboard/reporter.ts';
import { generateDataset } from '../generator/generate.ts';
import { TOPIC_ROOT } from '../wire.ts';
import { type MinGap, minGapMs, parseMinGap } from '../workers/min-gap.ts';
import { checkRequest } from '../workers/plan.ts';
import type { RunOptions } from './options.ts';
import { type OrderingCase, type OrderingRow, orderingFindings, orderingRow, orderingTable } from './ordering-table.ts';
import { run } from './run.ts';
import type { RunContext } from './run-context.ts';
import { createRunDirectory } from './run-directory.ts';
import type { Ending } from './signals.ts';

export interface OrderingOptions {
  /** By default `runs/`, a timestamp and `-ordering`. */
  readonly out: string | undefined;
  readonly generate: RunOptions['generate'];
  readonly every: number;
  /** Of the functions, in all rows but the first. */
  readonly environments: number;
  /** ms; a row each, and design. */
  readonly jitter: readonly number[];
  /** Of the paced rows: a number of ms, or `auto`. */
  readonly minGap: string;
  readonly workers: number;
  readonly settleMs: number;
}

/** What `ordering.json` holds. */
export interface OrderingResult {
  readonly out: string;
  readonly rows: readonly OrderingRow[];
  /** Rows that there would be, had nobody interrupted. */
  readonly planned: number;
  readonly findings: readonly string[];
  readonly interrupted: boolean;
}

/**
 * One fleet, the same updates, through every design: who keeps a device's updates in order (paper, section 4.4)?
 * Asked to stop, it ends after the row that is running; asked twice, in it, and that row is left out.
 * @throws what `run` throws; the rows before it are in `ordering.json` then.
 */
export async function orderingExperiment(
  options: OrderingOptions,
  { reporter, ending }: RunContext,
): Promise<OrderingResult> {
  checkRequest(runOptions(options, BASELINE, options.minGap));
  const cases = orderingCases(options);
  const now = new Date();
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const files = await createRunDirectory(options.out ?? join('runs', `${stamp}-ordering`), now);
  const rows: OrderingRow[] = [];
  try {
    const dataset = await generate(options, files.dir, reporter, ending.stop);
    for (const [i, of] of cases.entries()) {
      if (ending.stop.aborted) break;
      const place = { dataset, out: join(files.dir, caseName(of, i)) };
      const context = {
        reporter: rowReporter(reporter, `[${i + 1}/${cases.length}] ${caseText(of)}`),
        ending: rowEnding(ending),
      };
      const summary = await run({ ...runOptions(options, of, String(of.minGapMs)), ...place }, context);
      if (summary.interrupted) break;
      rows.push(orderingRow(of, summary));
      await files.write('ordering.json', `${JSON.stringify(resultOf(files.dir, rows, cases.length), null, 2)}\n`);
    }
  } catch (error) {
    // A run that had begun keeps its logs; where none had, nothing is left.
    if (!existsSync(join(files.dir, caseName(cases[0]!, 0)))) await files.discard();
    if (!ending.abort.aborted || rows.length === 0) throw error;
  }
  return resultOf(files.dir, rows, cases.length);
}

const BASELINE: OrderingCase = { design: 'lambda', environments: 1, jitterMs: 0, minGapMs: 0 };

/** The runs to make, in order; what would be made twice is made once. */
export function orderingCases({ generate, environments, jitter, minGap }: OrderingOptions): OrderingCase[] {
  const gap = minGapMs(parseMinGap(minGap) as MinGap, generate.agents);
  const sweep = (design: OrderingCase['design'], minGapMs: number) =>
    jitter.map((jitterMs) => ({ design, environments, jitterMs, minGapMs }));
  const all = [BASELINE, ...sweep('lambda', 0), ...sweep('lambda', gap), ...sweep('stream', 0), ...sweep('direct', 0)];
  return [...new Map(all.map((of) => [caseText(of), of])).values()];
}

function caseText({ design, environments, jitterMs, minGapMs }: OrderingCase): string {
  const scale = design === 'direct' ? '' : `, ${environments} environment${environments === 1 ? '' : 's'}`;
  return `${design}${scale}, jitter ${jitterMs} ms, gap ${minGapMs.toFixed(0)} ms`;
}

/** The directory of a row. */
function caseName({ design, environments, jitterMs, minGapMs }: OrderingCase, i: number): string {
  const scale = design === 'direct' ? '' : `-environments-${environments}`;
  const gap = minGapMs > 0 ? `-gap-${minGapMs.toFixed(0)}` : '';
  return `${String(i + 1).padStart(2, '0')}-${design}${scale}-jitter-${jitterMs}${gap}`;
}

/** Generated once: every row sends the same fixes of the same devices. */
async function generate(
  { generate: { agents, seconds, seed }, every }: OrderingOptions,
  dir: string,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<string> {
  reporter.step('prepare', `Generating ${agents} devices for ${seconds} s, one fix per ${every} s (seed ${seed})`);
  const out = join(dir, 'dataset');
  await generateDataset({ agents, seconds, seed, every, out, onProgress: reporter.progress, signal });
  return out;
}

function runOptions(
  { generate, every, workers, settleMs }: OrderingOptions,
  { design, environments, jitterMs }: OrderingCase,
  minGap: string,
): RunOptions {
  return {
    out: undefined,
    dataset: undefined,
    probes: undefined,
    csvColumns: undefined,
    generate,
    every,
    target: 'local',
    stack: undefined,
    queryEndpoint: undefined,
    transport: 'iot',
    client: 'lean',
    broker: undefined,
    topicRoot: TOPIC_ROOT,
    qos: 1,
    legacySwap: false,
    ackTimeoutMs: 10_000,
    connectTimeoutMs: 10_000,
    lingerMs: 0,
    redeliverMs: 0,
    persistentSession: false,
    faults: [],
    standIn: { ingest: design, environments, jitterMs },
    drop: [],
    pace: 'max',
    minGap,
    live: false,
    shift: undefined,
    workers,
    connectConcurrency: 32,
    connectRate: undefined,
    // While the last message is on its way, nothing changes either.
    settleMs: settleMs + jitterMs,
    pollMs: 1000,
    thresholds: [],
    lagLimitMs: Number.POSITIVE_INFINITY,
  };
}

/** Every step says which row it belongs to. */
function rowReporter(reporter: Reporter, row: string): Reporter {
  return { ...reporter, step: (step, text) => reporter.step(step, `${row}: ${text}`) };
}

/** A row goes on when the experiment is asked to stop; the second request, or the end of its stand-in, ends it. */
function rowEnding({ abort }: Ending): Ending {
  const stop = new AbortController();
  return { stop: AbortSignal.any([abort, stop.signal]), abort, request: () => stop.abort(), release() {} };
}

function resultOf(out: string, rows: readonly OrderingRow[], planned: number): OrderingResult {
  return { out, rows: [...rows], planned, findings: orderingFindings(rows), interrupted: rows.length < planned };
}

/** The table, what came out, and where it all is. */
export function orderingText({ out, rows, planned, findings, interrupted }: OrderingResult): string {
  return [
    ...(interrupted ? [`INTERRUPTED after ${rows.length} of ${planned} rows.`, ''] : []),
    orderingTable(rows),
    '',
    ...findings,
    '',
    `Everything is in ${out}`,
  ].join('\n');
}
