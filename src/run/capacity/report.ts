/** A capacity search as a person reads it: the answer first, then every step that it rests on. */
import { basename } from 'node:path';
import { inColumns } from '../../columns.ts';
import type { CapacityResult } from './capacity.ts';
import { diedLine } from './died-step.ts';
import { type CapacityStep, rate } from './step.ts';

type By = CapacityResult['by'];

/** The answer, what it rests on, the table, and where everything is. */
export function capacityText(result: CapacityResult): string {
  const { steps, by, out } = result;
  return [
    ...(result.interrupted ? ['INTERRUPTED: this is what the steps until then say.'] : []),
    ...(result.failure ? ['ENDED BY A FAILURE: this is what the steps until then say.'] : []),
    ...findings(result),
    '',
    ...table(steps, by),
    '',
    ...(steps.some(({ verdict }) => verdict === 'saturated')
      ? ['late: no evidence of the target, as the generator itself was late.']
      : []),
    ...(result.died ?? []).map(
      (step) => `Not in the table: ${diedLine(step, text(step.load, by))}, in ${basename(step.out)}.`,
    ),
    `Each step: ${result.warmUpSeconds} s that do not count, then ${result.stepSeconds} s, which have to keep: ${result.thresholds.join(', ')}.`,
    'A load far from the knee is decided by one step; at the knee by the majority of its steps.',
    `Everything is in ${out}`,
  ].join('\n');
}

/** Exit code 0 where the question has an answer: no knee up to where this machine ends is none. */
export function isAnswered({ knee, bound, interrupted, failure }: CapacityResult): boolean {
  return !interrupted && !failure && (knee?.kind === 'knee' || (knee?.kind === 'none' && bound === undefined));
}

function findings(result: CapacityResult): string[] {
  const { knee, target, by, steps, search, bound } = result;
  if (knee === undefined)
    return [steps.length > 0 ? 'NO ANSWER YET: one step is none.' : 'NOTHING IS KNOWN: no step came to its end.'];
  const { kept, over } = knee;
  const at = (load: number) => steps.filter((step) => step.load === load);
  const broken = over === undefined ? [] : at(over).filter(({ verdict }) => verdict !== 'kept');
  const why = broken.at(-1)?.broken.map((line) => `  at ${text(over!, by)}: ${line}`) ?? [];
  switch (knee.kind) {
    case 'none':
      if (bound !== undefined && kept === search.to)
        return [
          `THE GENERATOR IS THE LIMIT, NOT THE TARGET: ${target} kept every threshold at ${text(kept, by)}, the most that this process can connect.`,
          `Its knee is at ${text(kept, by)} at least. ${bound.why}.`,
          bound.remedy,
        ];
      return kept === search.to
        ? [`NO KNEE UP TO ${text(kept, by)}: ${target} kept every threshold.`]
        : [`${target} kept every threshold up to ${text(kept!, by)}.`];
    case 'knee':
      return [
        `THE KNEE IS BETWEEN ${text(kept!, by)} AND ${text(over!, by)}: ${target} keeps the first, and breaks at the second.`,
        ...why,
        ...busyDevices(broken.at(-1)),
        ...lateGenerator(broken.at(-1)),
      ];
    case 'below':
      return [`BROKEN AT ${text(over!, by)} ALREADY: ${target} kept its thresholds at no load that was tried.`, ...why];
    case 'generator':
      return [
        `THE GENERATOR IS THE LIMIT, NOT THE TARGET: at ${text(over!, by)} ${ownDoing(broken.at(-1))}.`,
        kept === undefined
          ? `Nothing is known of ${target}.`
          : `${target} kept every threshold at ${text(kept, by)}; where its knee is, is not known.`,
        'Give the search a machine with more cores (--workers), or one that does not run the target too.',
      ];
  }
}

function ownDoing(step: CapacityStep | undefined): string {
  const { lag = { p99: 0 }, late = lag, busyWhileLate = 0 } = step ?? {};
  return lag.p99 < late.p99 / 2 && busyWhileLate > 0
    ? `1 in 100 updates were ${ms(late.p99)} ms late or more, while its threads were at work ${(100 * busyWhileLate).toFixed(0)} % of the time`
    : `it sent 1 in 100 updates ${ms(lag.p99)} ms or more after they were ready`;
}

/** A device has one update under way at a time; where all of them wait for answers, no more than that is offered. */
function busyDevices(step: CapacityStep | undefined): string[] {
  if (step === undefined) return [];
  const busy = (step.offered * step.service.p50) / 1000 / step.devices;
  return busy < 0.5
    ? []
    : [
        `  there each of the ${step.devices} devices had an update under way ${(100 * Math.min(1, busy)).toFixed(0)} % of the time, and sends one at a time: more of them (--agents) may find more.`,
      ];
}

/** Its lag over the whole step was within the limit, or the step would be no evidence. */
function lateGenerator({ lateSeconds = 0 }: Partial<CapacityStep> = {}): string[] {
  return lateSeconds === 0
    ? []
    : [`  there the generator itself was late in ${lateSeconds} s of the step: its latencies are an upper bound.`];
}

/** One line for a step that has just ended. */
export function stepLine({ load, verdict, achieved, response, broken }: CapacityStep, by: By): string {
  const why = verdict === 'kept' ? '' : `; ${broken.map((line) => line.replace(/^BROKEN\s+/, '')).join('; ')}`;
  return `${text(load, by)} ${VERDICTS[verdict]}: ${rate(achieved)} answered, response p99 ${ms(response.p99)} ms${why}`;
}

const VERDICTS = { kept: 'kept', broken: 'BROKEN', saturated: 'no evidence, the generator was late' } as const;
const SHORT_VERDICTS = { ...VERDICTS, saturated: 'late' } as const;

const COLUMNS: readonly (readonly [name: string, cell: (step: CapacityStep, by: By) => string])[] = [
  ['load', ({ load }, by) => text(load, by)],
  ['answered', ({ achieved }) => rate(achieved)],
  ['p50 ms', ({ response }) => ms(response.p50)],
  ['p99 ms', ({ response }) => ms(response.p99)],
  ['failed', ({ failed }) => String(failed)],
  ['unknown', ({ unknown }) => String(unknown)],
  ['lost', ({ lost }) => String(lost)],
  ['refused', ({ refused }) => String(refused)],
  ['lag p99', ({ lag }) => ms(lag.p99)],
  ['cores', ({ cpu }) => cpu.toFixed(2)],
  ['verdict', ({ verdict }) => SHORT_VERDICTS[verdict]],
];

/** No verdict rests on them alone: where the table would be too wide, they go, the first one first. */
const EXPENDABLE = ['cores', 'p50 ms', 'lag p99', 'answered'];

const WIDEST = 80;

/** In order of load, and of time within one, without what is 0 throughout. */
function table(steps: readonly CapacityStep[], by: By): string[] {
  const sorted = steps.toSorted((a, b) => a.load - b.load);
  let columns = COLUMNS.filter(([, cell]) => sorted.some((step) => cell(step, by) !== '0'));
  for (let n = 0; ; n++) {
    const rows = sorted.map((step) => columns.map(([, cell]) => cell(step, by)));
    const lines = inColumns([columns.map(([name]) => name), ...rows]);
    if (n === EXPENDABLE.length || lines.every(({ length }) => length <= WIDEST)) return lines;
    columns = columns.filter(([name]) => name !== EXPENDABLE[n]);
  }
}

function text(load: number, by: By): string {
  return by === 'devices' ? `${load} devices` : rate(load);
}

function ms(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
