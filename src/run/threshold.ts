/**
 * What a run must keep to: `response.p99 < 250ms`, `failed < 0.1%`, `lost == 0`, `throughput >= 300/s`, over the whole run
 * or `in every 10s` of it, or `in phase NAME` alone.
 */
import { UPDATE_COUNTS } from '../analyser/findings.ts';
import { parseDuration } from '../duration.ts';
import { UsageError } from '../errors.ts';
import type { Percentiles } from '../histogram.ts';
import type { Slice } from '../workers/timeline.ts';
import type { Summary } from './summary.ts';
import { throughputOf } from './throughput.ts';
import { type Figures, figuresOf, windows } from './windows.ts';

export interface Threshold {
  /** As it was given. */
  readonly text: string;
  readonly metric: string;
  readonly operator: '<' | '<=' | '>' | '>=' | '==';
  readonly limit: number;
  readonly unit: Unit;
  /** Of each window of so many seconds; absent: of the whole run. */
  readonly everySeconds?: number;
  /** Of this phase alone. */
  readonly phase?: string;
}

type Unit = 'ms' | '%' | '/s' | '';

/** How a run did by one threshold. `measured` is NaN where there was nothing to measure, which keeps no promise. */
export interface Judgement {
  readonly text: string;
  readonly kept: boolean;
  /** In the threshold's own unit; of the worst window where it is of windows. */
  readonly measured: number | null;
  readonly unit: Unit;
  /** Seconds after the start at which the worst window began. */
  readonly window?: number;
}

const TIMES = ['response', 'service', 'late', 'lag', 'publishToStore', 'endToEnd', 'endToEndEarliest'] as const;
const POINTS = { p50: 'p50', p90: 'p90', p95: 'p95', p99: 'p99', 'p99.9': 'p999', p999: 'p999', max: 'max' } as const;
/** What the workers know while they send; the rest is known only once all has been read back. */
const IN_WINDOWS: ReadonlySet<string> = new Set([
  'response',
  'service',
  'late',
  'lag',
  'sent',
  'acknowledged',
  'failed',
  'unknown',
  'throughput',
]);

const FORM =
  /^\s*([a-zA-Z]+)(?:\.(p[0-9.]+|max))?\s*(<=|>=|==|<|>)\s*([0-9]*\.?[0-9]+)\s*(ms|s|min|%|\/s)?(?:\s+in\s+every\s+([0-9]+\s*(?:s|min)))?(?:\s+in\s+phase\s+(\S.*?))?(?:\s+in\s+every\s+([0-9]+\s*(?:s|min)))?\s*$/;

const IN_MS: Readonly<Record<string, number>> = { s: 1000, min: 60_000 };

/** @returns the threshold, or what is wrong with it */
export function parseThreshold(text: string): Threshold | string {
  const match = FORM.exec(text);
  const wrong = (what: string) => `--threshold "${text}": ${what}`;
  if (!match)
    return wrong('such as "response.p99 < 250ms", "failed < 0.1%", "lost == 0", "service.p90 < 50ms in every 10s"');
  const [, metric = '', point, operator, number, suffix = '', before, phase, after] = match;
  const window = before ?? after;
  const isTime = (TIMES as readonly string[]).includes(metric);
  const isCount = (UPDATE_COUNTS as readonly string[]).includes(metric);
  if (!isTime && !isCount && metric !== 'throughput')
    return wrong(`there is no ${metric}; there are ${[...TIMES, ...UPDATE_COUNTS, 'throughput'].join(', ')}`);
  if (isTime && !(point !== undefined && point in POINTS))
    return wrong(
      `of ${metric} say which: ${Object.keys(POINTS)
        .map((name) => `${metric}.${name}`)
        .join(', ')}`,
    );
  if (!isTime && point !== undefined) return wrong(`${metric} is one number; it has no ${point}`);
  const units = isTime ? ['ms', 's', 'min'] : isCount ? ['%', ''] : ['/s', ''];
  if (!units.includes(suffix))
    return wrong(
      `${metric} is measured in ${units.filter((unit) => unit !== '' && unit !== 'min').join(' or ') || 'updates'}`,
    );
  if (window !== undefined && !IN_WINDOWS.has(metric)) return wrong(`${metric} is known of the whole run alone`);
  if (phase !== undefined && (!IN_WINDOWS.has(metric) || metric === 'lag'))
    return wrong(`${metric} is known of the whole run, not of a phase`);
  const everySeconds = window === undefined ? undefined : parseDuration(window.replace(/\s+/, ''))! / 1000;
  if (everySeconds === 0) return wrong('a window has at least a second');
  if (before !== undefined && after !== undefined) return wrong('"in every" is said twice');
  if (operator === '<' && Number(number) === 0) return wrong('nothing is below 0; say "== 0"');
  return {
    text: text.trim(),
    metric: point === undefined ? metric : `${metric}.${POINTS[point as keyof typeof POINTS]}`,
    operator: operator as Threshold['operator'],
    limit: Number(number) * (isTime ? (IN_MS[suffix] ?? 1) : 1),
    unit: isTime ? 'ms' : isCount ? (suffix as Unit) : '/s',
    ...(everySeconds === undefined ? {} : { everySeconds }),
    ...(phase === undefined ? {} : { phase }),
  };
}

/** @param phases of the run @throws UsageError with every problem at once */
export function parseThresholds(texts: readonly string[], phases: readonly { name: string }[] = []): Threshold[] {
  const problems = thresholdProblems(texts, phases);
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl run --help".' });
  return texts.map(parseThreshold) as Threshold[];
}

export function thresholdProblems(texts: readonly string[], phases: readonly { name: string }[] = []): string[] {
  return texts.flatMap((text) => {
    const threshold = parseThreshold(text);
    if (typeof threshold === 'string') return [threshold];
    if (threshold.phase === undefined || phases.some(({ name }) => name === threshold.phase)) return [];
    const known = phases.length === 0 ? 'it has none' : `it has ${phases.map(({ name }) => name).join(', ')}`;
    return [`--threshold "${text}": the run has no phase "${threshold.phase}"; ${known}`];
  });
}

export function judge(threshold: Threshold, summary: Summary, slices: readonly Slice[]): Judgement {
  const { text, unit, everySeconds, phase } = threshold;
  if (everySeconds === undefined) {
    const figures = phase === undefined ? summary : summary.phases?.find(({ name }) => name === phase);
    const measured = figures === undefined ? Number.NaN : measure(threshold, figures);
    return { text, unit, kept: keeps(threshold, measured), measured: orNull(measured) };
  }
  let worst: Judgement | undefined;
  for (const { from, figures } of windows(
    phase === undefined ? slices : slices.filter((slice) => slice.phase === phase),
    everySeconds,
    slices[0]?.from ?? 0,
    summary.lastDoneAt,
  )) {
    const measured = measure(threshold, figures);
    if (Number.isNaN(measured)) {
      // Where nothing ended, there is no latency to judge; where all that ended failed, none has kept the promise.
      if (!threshold.metric.includes('.') || !figures.sent) continue;
      return { text, unit, kept: false, measured: null, window: from };
    }
    const found = { text, unit, kept: keeps(threshold, measured), measured, window: from };
    if (worst === undefined || further(threshold, measured, worst.measured ?? Number.NaN)) worst = found;
  }
  return worst ?? { text, unit, kept: false, measured: null };
}

/**
 * The same of a part of a run, `slices`: what the workers know while they send is of that part alone, what is known only
 * once all has been read back is of the whole.
 */
export function judgePart(threshold: Threshold, summary: Summary, slices: readonly Slice[]): Judgement {
  const [name = ''] = threshold.metric.split('.');
  if (threshold.everySeconds !== undefined || slices.length === 0 || !IN_WINDOWS.has(name))
    return judge(threshold, summary, slices);
  const measured = measure(threshold, figuresOf(slices));
  const { text, unit } = threshold;
  return { text, unit, kept: keeps(threshold, measured), measured: orNull(measured) };
}

/** A line for a person: `BROKEN  response.p99 < 250ms: 312.4 ms`. */
export function judgementText({ text, kept, measured, unit, window }: Judgement): string {
  const value =
    measured === null
      ? 'nothing to measure'
      : `${Number(measured.toPrecision(4))}${unit === '' || unit === '/s' ? '' : ' '}${unit}`;
  const where = window === undefined ? '' : ` in the ${kept ? 'worst ' : ''}window from ${window.toFixed(0)} s on`;
  return `  ${kept ? 'kept  ' : 'BROKEN'}  ${text}: ${value}${where}`;
}

function measure({ metric, unit }: Threshold, figures: Figures): number {
  if (metric === 'throughput') return throughputOf(figures) ?? Number.NaN;
  const [name = '', point] = metric.split('.');
  const value = (figures as Record<string, unknown>)[name];
  if (point !== undefined) {
    const percentiles = value as Percentiles | undefined;
    return percentiles === undefined || percentiles.count === 0 ? Number.NaN : percentiles[point as keyof Percentiles];
  }
  if (typeof value !== 'number' || !isKnown(name, figures)) return Number.NaN;
  if (unit !== '%') return value;
  return figures.sent ? (100 * value) / figures.sent : Number.NaN;
}

/** What nobody looked for is not 0: each count of the backend's has its evidence (docs/ARCHITECTURE.md). */
function isKnown(name: string, { evidence, transport }: Figures): boolean {
  if (evidence === undefined) return true;
  const { received, sweptDevices } = evidence;
  const answers = evidence.ingest || transport === 'tracker';
  switch (name) {
    case 'seen':
      return received;
    case 'superseded':
      return received && sweptDevices > 0;
    case 'filtered':
    case 'lost':
      return answers && sweptDevices > 0;
    case 'refused':
    case 'duplicated':
    case 'reordered':
      return answers;
    default:
      return true;
  }
}

function keeps({ operator, limit }: Threshold, measured: number): boolean {
  switch (operator) {
    case '<':
      return measured < limit;
    case '<=':
      return measured <= limit;
    case '>':
      return measured > limit;
    case '>=':
      return measured >= limit;
    case '==':
      return measured === limit;
  }
}

/** Whether `a` is further from what is wanted than `b`. */
function further({ operator, limit }: Threshold, a: number, b: number): boolean {
  if (operator === '==') return Math.abs(a - limit) > Math.abs(b - limit);
  return operator.startsWith('<') ? a > b : a < b;
}

function orNull(measured: number): number | null {
  return Number.isNaN(measured) ? null : measured;
}
