/** What "simctl compare" does: rounds with growing fleets, repeated runs, or runs against a baseline. */
import { UsageError } from '../errors.ts';
import { type RecordedRun, readRuns } from '../run/recorded-run.ts';
import { throughputOf } from '../run/throughput.ts';
import { compareAll, type Outcome, type Rules, type Side } from './compare.ts';
import { type LambdaUse, lambdaUse } from './lambda-use.ts';
import { withLosses } from './losses.ts';
import { type Metric, metricNamed, seriesOf } from './metric.ts';

export interface CompareRequest {
  readonly runs: readonly string[];
  readonly baseline?: string | undefined;
  /** Empty: see DEFAULT_METRICS. */
  readonly metrics: readonly string[];
  readonly rules: Rules;
}

type Run = Awaited<ReturnType<typeof withLosses<RecordedRun>>>;

/** One row: a round of the same number of devices, or a run by itself. */
export interface Round {
  readonly name: string;
  readonly runs: readonly string[];
  readonly devices: number;
  /** Of all its runs. */
  readonly sent: number;
  /** Acknowledged, of the time in which nobody held them. */
  readonly perSecond: number;
  readonly failed: number;
  readonly lost: number;
  readonly refused: number;
  /** Of the generator, in any of them. */
  readonly saturated: boolean;
  readonly lambda: readonly LambdaUse[];
  /** Against the first; absent of the first itself. */
  readonly outcomes?: readonly Outcome[];
}

export interface Comparison {
  readonly kind: 'rounds' | 'runs' | 'baseline';
  readonly rounds: readonly Round[];
  readonly rules: Rules;
  /** How many tests were corrected for together. */
  readonly tests: number;
  /** The first round that is worse than the first of all. */
  readonly worse?: string;
  /** No test could be made of it, though none that could be found anything worse. */
  readonly undecided: boolean;
  readonly notes: readonly string[];
}

const DEFAULT_METRICS = ['response.p50', 'response.p99', 'failed'] as const;
/** And these, where any run has such updates: elsewhere there is nothing to test. */
const LOSSES = ['lost', 'refused'] as const;

/** @throws UsageError for what is no run, or nothing that could be compared */
export async function compareRuns({ runs: dirs, baseline, metrics, rules }: CompareRequest): Promise<Comparison> {
  const asked = metrics.map(metricNamed);
  const recorded = await readRuns(baseline === undefined ? dirs : [baseline, ...dirs]);
  const all = await Promise.all(recorded.map(withLosses));
  const losses = LOSSES.filter((name) => all.some(({ summary }) => summary[name] > 0));
  const chosen = asked.length > 0 ? asked : [...DEFAULT_METRICS, ...losses].map(metricNamed);
  if (all.length < 2)
    throw new UsageError('one run has nothing to be compared with', {
      hint: 'Name several, or one with --baseline.',
    });
  for (const { name, slices } of all) {
    if (slices.length === 0)
      throw new UsageError(`the run ${name} has no timeline.ndjson, so that it cannot be cut into windows`, {
        hint: 'It was interrupted before the first second, or made by an earlier version of simctl.',
      });
  }
  const kind = baseline !== undefined ? 'baseline' : growing(all) ? 'rounds' : 'runs';
  const groups = kind === 'rounds' ? byDevices(all) : all.map((run) => [run]);
  const [first, ...others] = groups.map((group) => sideOf(group, chosen));
  const outcomes = compareAll(first!, others, chosen, rules);
  const rounds = groups.map((group, i) => roundOf(group, kind, i === 0 ? undefined : outcomes[i - 1]));
  const worse = rounds.find((round) => round.outcomes?.some(({ verdict }) => verdict === 'worse'));
  const flat = outcomes.flat();
  return {
    kind,
    rounds,
    rules,
    tests: flat.length,
    ...(worse === undefined ? {} : { worse: worse.name }),
    undecided: worse === undefined && flat.some(({ verdict }) => verdict === 'too short to say'),
    notes: [...notesOn(all, kind), ...lossNotes(rounds)],
  };
}

/** A burst is one event, however many it loses: no test over windows sees in it more than chance, and yet nobody should miss it. */
function lossNotes([first, ...others]: readonly Round[]): string[] {
  return LOSSES.flatMap((name) =>
    others
      .filter((round) => {
        const verdict = round.outcomes?.find(({ metric }) => metric === name)?.verdict;
        return (
          verdict !== undefined && verdict !== 'worse' && round[name] * first!.sent > 2 * first![name] * round.sent
        );
      })
      .map(
        (round) =>
          `${round[name]} of ${round.sent} updates were ${name} in ${round.name}, ${first![name]} of ${first!.sent} in ${first!.name}, in too few windows to tell it from chance. Where none may be, say so while it runs: --threshold "${name} == 0"`,
      ),
  );
}

function growing(runs: readonly Run[]): boolean {
  return new Set(runs.map(({ summary }) => summary.devices)).size > 1;
}

function byDevices(runs: readonly Run[]): Run[][] {
  const groups = new Map<number, Run[]>();
  for (const run of runs) {
    const group = groups.get(run.summary.devices);
    if (group) group.push(run);
    else groups.set(run.summary.devices, [run]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function sideOf(runs: readonly Run[], metrics: readonly Metric[]): Side {
  return { runs: runs.map((run) => metrics.map((metric) => seriesOf(metric, run))) };
}

function roundOf(runs: readonly Run[], kind: Comparison['kind'], outcomes?: readonly Outcome[]): Round {
  const sum = (of: (summary: Run['summary']) => number) => runs.reduce((n, run) => n + of(run.summary), 0);
  const { devices } = runs[0]!.summary;
  return {
    name: kind === 'rounds' ? `${devices} devices` : runs[0]!.name,
    runs: runs.map(({ name }) => name),
    devices,
    sent: sum(({ sent }) => sent),
    perSecond:
      throughputOf({
        acknowledged: sum(({ acknowledged }) => acknowledged),
        seconds: sum(({ seconds }) => seconds),
        pausedSeconds: sum(({ pausedSeconds = 0 }) => pausedSeconds),
      }) ?? 0,
    failed: sum(({ failed, unknown }) => failed + unknown),
    lost: sum(({ lost }) => lost),
    refused: sum(({ refused }) => refused),
    saturated: runs.some(({ summary }) => summary.saturated),
    lambda: lambdaUse(runs.flatMap(({ metrics }) => metrics)),
    ...(outcomes === undefined ? {} : { outcomes }),
  };
}

function notesOn(runs: readonly Run[], kind: Comparison['kind']): string[] {
  const differing = (what: string, of: (run: Run) => unknown) => {
    const values = [...new Set(runs.map((run) => String(of(run))))];
    return values.length < 2 ? [] : [`the runs differ in ${what} (${values.join(', ')}), which may be what is seen`];
  };
  const pace = ({ plan }: Run) => plan.options?.pace ?? plan.pace?.kind;
  return [
    ...differing('transport', ({ plan }) => plan.transport),
    ...differing('pace', pace),
    ...(kind === 'baseline' ? differing('devices', ({ summary }) => summary.devices) : []),
    ...runs
      .filter(({ summary }) => summary.saturated)
      .map(({ name }) => `the generator itself was late in ${name}: what is slow there may be simctl, not the backend`),
    ...runs.filter(({ summary }) => summary.interrupted).map(({ name }) => `${name} was interrupted`),
    ...runs.flatMap(({ name, summary: { pausedSeconds = 0 } }) =>
      pausedSeconds > 0
        ? [`${name} was paused by hand for ${pausedSeconds.toFixed(1)} s, which its throughput leaves out`]
        : [],
    ),
  ];
}

/** Exit code 4 with a baseline. */
export function isRegression({ kind, worse }: Comparison): boolean {
  return kind === 'baseline' && worse !== undefined;
}

/** Exit code 4 as well, unless it is allowed: whoever asks whether a run is worse is not told "no" by one that cannot tell. */
export function isUndecided({ kind, undecided }: Comparison): boolean {
  return kind === 'baseline' && undecided;
}
