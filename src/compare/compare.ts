/**
 * Which of two runs, or rounds of runs, is slower, and by how much. What is compared are windows of time, or whole runs
 * where each side has been repeated often enough; never single messages, which depend on each other.
 */
import type { Metric } from './metric.ts';
import { holm, LEAST_VALUES, type RankTest, rankTest } from './rank-test.ts';
import { type Series, windowsOf } from './windows.ts';

/** One run, as far as it is compared. */
export interface Side {
  /** One of each run, in the order of `metrics`. */
  readonly runs: readonly (readonly Series[])[];
}

export interface Outcome {
  readonly metric: string;
  readonly unit: Metric['unit'];
  /** Medians of the values that were compared; NaN where there is none. */
  readonly base: number;
  readonly other: number;
  /** Absent where there were too few values to test; `why` says so. */
  readonly test?: RankTest & { readonly adjusted: number };
  readonly why?: string;
  /** What a value is of. */
  readonly of: 'windows' | 'runs';
  readonly values: readonly [base: number, other: number];
  /** Slices of a window, of about a second each; 0 where values are of runs. */
  readonly window: number;
  readonly verdict: 'worse' | 'better' | 'no difference' | 'too short to say';
}

export interface Rules {
  /** Of one false alarm among all tests. */
  readonly level: number;
  /** A difference below this share of the base is none that matters. */
  readonly tolerance: number;
}

/** A memory is known badly from a run that is not much longer: with fewer windows, equal runs were found different too often. */
const LEAST_WINDOWS = 8;

/** Each of `others` against `base`, by every metric; p-values are corrected over all of them together (Holm). */
export function compareAll(base: Side, others: readonly Side[], metrics: readonly Metric[], rules: Rules): Outcome[][] {
  const measured = others.map((other) => metrics.map((metric, i) => measure(base, other, metric, i)));
  // What could not be tested counts as a test: it is the runs that seem to remember little that are left, by chance too.
  const adjusted = holm(measured.flat().map(({ test }) => test?.p ?? 1));
  return measured.map((row, r) =>
    row.map(({ test, ...one }, i) => {
      if (test === undefined) return { ...one, verdict: 'too short to say' };
      const corrected = { ...test, adjusted: adjusted[r * metrics.length + i]! };
      return { ...one, test: corrected, verdict: verdictOf(corrected, one.base, metrics[i]!, rules) };
    }),
  );
}

type Measured = Omit<Outcome, 'test' | 'verdict'> & { test?: RankTest };

function measure(base: Side, other: Side, { name: metric, unit }: Metric, i: number): Measured {
  const repeated = Math.min(base.runs.length, other.runs.length) >= LEAST_VALUES;
  const [a, b, window] = repeated
    ? [ofRuns(base, i), ofRuns(other, i), 0]
    : ofWindows([...base.runs], [...other.runs], i);
  const found = {
    metric,
    unit,
    base: median(a),
    other: median(b),
    of: repeated ? ('runs' as const) : ('windows' as const),
    values: [a.length, b.length] as const,
    window,
  };
  const least = repeated ? LEAST_VALUES : LEAST_WINDOWS;
  if (Math.min(a.length, b.length) >= least) return { ...found, test: rankTest(a, b) };
  const why =
    Math.min(a.length, b.length) === 0
      ? 'nothing was measured'
      : `${a.length} and ${b.length} windows of ${window} s, and it takes ${least} a side`;
  return { ...found, why };
}

function ofRuns({ runs }: Side, i: number): number[] {
  return runs.map((series) => series[i]!.value(0, series[i]!.length)).filter((value) => !Number.isNaN(value));
}

/** All runs are cut into windows of one length, the longest that any of them needs; none spans two runs. */
function ofWindows(base: Side['runs'], other: Side['runs'], i: number): [number[], number[], number] {
  const all = [...base, ...other].map((series) => series[i]!).filter(({ length }) => length > 0);
  const window = Math.max(0, ...all.map((series) => windowsOf(series).length));
  const cut = (runs: Side['runs']) => runs.flatMap((series) => windowsOf(series[i]!, window).values);
  return [cut(base), cut(other), window];
}

function verdictOf(
  { adjusted, low, high }: RankTest & { adjusted: number },
  base: number,
  metric: Metric,
  rules: Rules,
) {
  const least = rules.tolerance * Math.abs(base);
  if (adjusted >= rules.level) return 'no difference';
  const [more, less] = metric.worse === 'more' ? (['worse', 'better'] as const) : (['better', 'worse'] as const);
  if (low > least) return more;
  return high < -least ? less : 'no difference';
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0 ? Number.NaN : (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
