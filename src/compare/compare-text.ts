/** A comparison as a person reads it: the verdict first. */
import { inColumns } from '../columns.ts';
import type { Outcome } from './compare.ts';
import type { Comparison, Round } from './compare-runs.ts';

export function comparisonText(comparison: Comparison): string {
  const { rounds, notes } = comparison;
  return [
    verdictLine(comparison),
    '',
    ...table(rounds),
    ...rounds.flatMap(besideTable),
    ...rounds.flatMap((round) =>
      round.outcomes === undefined
        ? []
        : ['', `${round.name} against ${rounds[0]!.name}`, ...round.outcomes.map(outcomeLine)],
    ),
    '',
    ...methodLines(comparison),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

function verdictLine({ kind, rounds, worse, undecided }: Comparison): string {
  const round = rounds.find(({ name }) => name === worse);
  const [first, last] = [rounds[0]!, rounds.at(-1)!];
  if (round !== undefined) {
    const what = round.outcomes!.filter(({ verdict }) => verdict === 'worse').map(({ metric }) => metric);
    const how = `${what.join(' and ')} significantly worse than with ${first.name}`;
    if (kind === 'rounds') return `BOTTLENECK AT ${round.name.toUpperCase()}: ${how}${beside(round)}.`;
    return `${kind === 'baseline' ? 'REGRESSION' : 'WORSE'} IN ${round.name}: ${how}${beside(round)}.`;
  }
  if (undecided)
    return `TOO SHORT TO SAY${kind === 'baseline' ? ` whether anything is worse than with ${first.name}` : ''}: a run gives too few independent windows. Send for longer, or repeat each side five times.${kind === 'baseline' ? ' That is no pass: exit code 4, unless --allow-undecided.' : ''}`;
  if (kind === 'rounds') return `NO BOTTLENECK FOUND up to ${last.name}: nothing grows significantly.`;
  return kind === 'baseline' ? `NO REGRESSION against ${first.name}.` : 'NO DIFFERENCE: no run is significantly worse.';
}

function beside({ lambda, saturated }: Round): string {
  const [busiest] = lambda;
  const throttles = lambda.reduce((n, one) => n + one.throttles, 0);
  return [
    busiest === undefined ? '' : `; ${busiest.functionName} ran ${busiest.concurrency} at once, ${throttles} throttles`,
    saturated ? '; but the generator itself was late' : '',
  ].join('');
}

function table(rounds: readonly Round[]): string[] {
  return inColumns([
    ['', 'runs', 'devices', 'sent', 'per s', 'failed', 'lost', 'refused'],
    ...rounds.map(({ name, runs, devices, sent, perSecond, failed, lost, refused }) => [
      name,
      String(runs.length),
      String(devices),
      String(sent),
      perSecond.toFixed(1),
      String(failed),
      String(lost),
      String(refused),
    ]),
  ]);
}

/** What few rounds have, and would make every row too wide for 80 columns. */
function besideTable({ name, lambda, saturated }: Round): string[] {
  const busy = lambda.map(({ functionName, concurrency }) => `${functionName} ${concurrency}`).join(', ');
  const throttles = lambda.reduce((n, one) => n + one.throttles, 0);
  return [
    ...(lambda.length === 0 ? [] : [`${name}: Lambda ran ${busy} at once, ${throttles} throttles`]),
    ...(saturated ? [`${name}: the generator itself was late`] : []),
  ];
}

const SIGNS = { worse: '▲', better: '▼', 'no difference': '=', 'too short to say': '?' } as const;

function outcomeLine({ metric, unit, base, other, test, why, verdict }: Outcome): string {
  const medians = `${figure(base)} → ${figure(other)} ${unit}`;
  const head = `  ${SIGNS[verdict]} ${metric.padEnd(14)} ${medians.padEnd(26)}`;
  if (test === undefined) return `${head} ${verdict}: ${why}`;
  const { shift, low, high, adjusted } = test;
  const p = adjusted < 0.0001 ? '< 0.0001' : `= ${adjusted.toFixed(4)}`;
  return `${head} ${verdict}: ${signed(shift)} ${unit}, 95 % CI ${signed(low)} … ${signed(high)}, p ${p}`;
}

function methodLines({ rules, tests, rounds }: Comparison): string[] {
  const outcomes = rounds.flatMap((round) => round.outcomes ?? []);
  const windows = [...new Set(outcomes.filter(({ of }) => of === 'windows').map(({ window }) => window))].sort(
    (a, b) => a - b,
  );
  const values =
    windows.length === 0
      ? 'Each value is of a whole run.'
      : `Each value is of a window of ${windows.length === 1 ? windows[0] : `${windows[0]} to ${windows.at(-1)}`} s, twice as long as the runs remember (autocorrelation time), after 5 s of warming up.`;
  return [
    `${values} Rank test of Mann and Whitney, two-sided; ${tests} tests, corrected together (Holm): at most ${100 * rules.level} % for any false alarm.`,
    `The difference is Hodges' and Lehmann's, with its own 95 % interval; what lies within ${100 * rules.tolerance} % of the first counts as none.`,
  ];
}

function figure(value: number): string {
  if (Number.isNaN(value)) return '–';
  return Math.abs(value) < 100 ? value.toFixed(2) : value.toFixed(0);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${figure(Math.abs(value))}`;
}
