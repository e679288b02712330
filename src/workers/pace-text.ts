/**
 * Paces as people write them:
 *
 *     replay:10                                        rate:500/s                      max
 *     ramp:100..1000/s over 60s                        steps:100..500/s by 100 each 10s
 *     spike:100..1000/s at 20s for 5s over 60s         sine:500/s +-300 every 60s over 5min
 *
 * and sequences, `ramp:0..500/s over 10s then rate:500/s over 1min`. What says `over` ends after that.
 */
import { durationText, parseDuration } from '../duration.ts';
import { loadCurve, type Segment } from './load-curve.ts';
import { isReplay, type Stretch } from './mixed-pace.ts';
import type { Pace } from './pacer.ts';

const FORMS = {
  replay: 'replay:SPEED [over TIME]',
  rate: 'rate:N/s [over TIME]',
  max: 'max [over TIME]',
  ramp: 'ramp:FROM..TO/s over TIME',
  steps: 'steps:FROM..TO/s by N each TIME, or steps:FROM/s by N each TIME times COUNT',
  spike: 'spike:BASE..PEAK/s at TIME for TIME over TIME',
  sine: 'sine:MEAN/s +-AMPLITUDE every TIME over TIME',
} as const;
type Shape = keyof typeof FORMS;

const EXPECTED =
  'pace is replay, replay:SPEED (such as replay:10, ten times as fast as recorded), rate:N/s (the whole fleet’s updates a second), max, or a profile: ' +
  'ramp:100..1000/s over 60s, steps:100..500/s by 100 each 10s, spike:100..1000/s at 20s for 5s over 60s, sine:500/s +-300 every 60s over 5min; one after another with "then"';

/** A part of a pace; `seconds` is missing where it does not say how long. */
type Part =
  | Segment
  | { readonly shape: 'max'; readonly seconds?: number }
  | { readonly shape: 'rate'; readonly perSecond: number; readonly seconds?: number }
  | { readonly shape: 'replay'; readonly speed: number; readonly seconds?: number };

/**
 * @param phaseSeconds the length of the phase that it is the pace of, for what does not say `over`
 * @returns the pace, or what is wrong with the text
 */
export function parsePace(text: string, phaseSeconds?: number): Pace | string {
  const texts = text.trim().split(/\s+then\s+/);
  const parts: Part[] = [];
  for (const one of texts) {
    const part = parsePart(one, texts.length === 1 ? phaseSeconds : undefined);
    if (typeof part === 'string') return part;
    parts.push(part);
  }
  const [first] = parts as [Part];
  if (parts.length === 1) {
    if (first.shape === 'max')
      return { kind: 'max', ...(first.seconds === undefined ? {} : { seconds: first.seconds }) };
    if (first.shape === 'replay' && first.seconds === undefined) return { kind: 'replay', speed: first.speed };
    if (first.shape === 'rate' && first.seconds === undefined)
      return first.perSecond > 0 ? { kind: 'rate', perSecond: first.perSecond } : `pace "${text}" asks for no update`;
  }
  return sequence(parts, texts, text);
}

/** Parts that follow each other. @returns what is wrong, where something is */
export function sequence(parts: readonly Part[], texts: readonly string[], text = texts.join(' then ')): Pace | string {
  for (const [i, part] of parts.entries())
    if (part.shape !== 'steps' && part.seconds === undefined)
      return `pace "${text}": say how long "${texts[i]}" lasts, such as "${texts[i]} over 60s"`;
  const [max, replay] = [parts.findIndex(isMax), parts.findLastIndex(isOfSamples)];
  if (max >= 0 && max < replay)
    return `pace "${text}": a replay goes on where the fleet's samples are, and after max that depends on the answers of all devices, which no worker knows: put each replay before the first max`;
  const stretches = stretchesOf(parts);
  const [first] = stretches as [Stretch];
  if (stretches.length > 1) return { kind: 'mixed', stretches };
  if ('maxSeconds' in first) return { kind: 'max', seconds: first.maxSeconds };
  const { segments } = first;
  return loadCurve(segments).total === 0 ? `pace "${text}" asks for no update` : { kind: 'profile', segments };
}

const isMax = ({ shape }: Part) => shape === 'max';
const isOfSamples = ({ shape }: Part) => shape === 'replay';

/** What is of one kind, and follows each other, is one stretch. */
function stretchesOf(parts: readonly Part[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const part of parts) {
    const last = stretches.at(-1);
    if (part.shape === 'max') {
      if (last !== undefined && 'maxSeconds' in last)
        stretches[stretches.length - 1] = { maxSeconds: last.maxSeconds + part.seconds! };
      else stretches.push({ maxSeconds: part.seconds! });
    } else if (last !== undefined && 'segments' in last && isReplay(last.segments) === isOfSamples(part))
      stretches[stretches.length - 1] = { segments: [...last.segments, part as Segment] };
    else stretches.push({ segments: [part as Segment] });
  }
  return stretches;
}

function parsePart(text: string, phaseSeconds: number | undefined): Part | string {
  const match = /^([a-z]+)(?::(\S+))?((?:\s+\S+)*)$/.exec(text.trim());
  const shape = match?.[1] as Shape | undefined;
  if (!match || shape === undefined || !(shape in FORMS)) return `${EXPECTED}; got "${text}"`;
  const wrong = (what: string) => `pace "${text}": ${what}; it is ${FORMS[shape]}`;
  const said = clausesOf(match[3]!);
  if (typeof said === 'string') return wrong(said);
  const over = said.get('over');
  if (over !== undefined && phaseSeconds !== undefined && Math.abs(over - phaseSeconds) > 1e-9)
    return wrong(`its phase lasts ${durationText(phaseSeconds * 1000)}, not ${durationText(over * 1000)}`);
  const seconds = over ?? phaseSeconds;
  const extra = [...said.keys()].find((word) => !CLAUSES[shape].includes(word));
  if (extra !== undefined) return wrong(`"${extra}" says nothing of a ${shape}`);
  const missing = CLAUSES[shape].find((word) => !said.has(word) && word !== 'times' && word !== 'over');
  if (missing !== undefined) return wrong(`"${missing}" is missing`);
  const part = partOf(shape, match[2], said, seconds);
  if (typeof part === 'string') return wrong(part);
  if (part.shape === 'steps' && phaseSeconds !== undefined && Math.abs(part.each * part.count - phaseSeconds) > 1e-9)
    return wrong(
      `its ${part.count} steps take ${durationText(part.each * part.count * 1000)}, and its phase ${durationText(phaseSeconds * 1000)}`,
    );
  return part;
}

const CLAUSES: Readonly<Record<Shape, readonly string[]>> = {
  replay: ['over'],
  rate: ['over'],
  max: ['over'],
  ramp: ['over'],
  steps: ['by', 'each', 'times'],
  spike: ['at', 'for', 'over'],
  sine: ['+-', 'every', 'over'],
};
const TIMES = new Set(['over', 'each', 'at', 'for', 'every']);

/** `at 20s for 5 s` → what each word says, times in seconds; or what is wrong. */
function clausesOf(text: string): Map<string, number> | string {
  const said = new Map<string, number>();
  // "±300" and "+-300" are a word and its value; "5 min" is one value.
  const words = text
    .replace(/(?:±|\+-)\s*/g, ' +- ')
    .replace(/([0-9]) (ms|s|min|m|h)(?= |$)/g, '$1$2')
    .trim();
  const tokens = words === '' ? [] : words.split(/\s+/);
  for (let i = 0; i < tokens.length; i += 2) {
    const [word, value] = [tokens[i]!, tokens[i + 1]];
    if (value === undefined) return `"${word}" is the last word`;
    const number = TIMES.has(word) ? (parseDuration(value) ?? Number.NaN) / 1000 : Number(value.replace(/\/s$/, ''));
    if (!Number.isFinite(number))
      return `"${word} ${value}" is no ${TIMES.has(word) ? 'length of time, such as 30s or 2min' : 'number'}`;
    if (said.has(word)) return `"${word}" is said twice`;
    said.set(word, number);
  }
  return said;
}

function partOf(
  shape: Shape,
  argument: string | undefined,
  said: ReadonlyMap<string, number>,
  seconds: number | undefined,
): Part | string {
  const clause = (word: string) => said.get(word) ?? 0;
  const lasting = seconds === undefined ? {} : { seconds };
  if (seconds !== undefined && !(seconds > 0)) return 'it must last longer than 0';
  const [from, to] = rates(argument);
  switch (shape) {
    case 'max':
      return argument === undefined ? { shape, ...lasting } : 'max has no number';
    case 'replay': {
      const speed = argument === undefined ? 1 : number(argument);
      return speed > 0 ? { shape, speed, ...lasting } : 'its speed is a number above 0';
    }
    case 'rate':
      return from >= 0 && to === undefined
        ? { shape, perSecond: from, ...lasting }
        : 'its rate is a number of updates a second';
    case 'ramp':
      if (!(from >= 0 && to !== undefined && to >= 0)) return 'it goes from one rate to another';
      return seconds === undefined ? 'say how long, "over 60s"' : { shape, from, to, seconds };
    case 'steps':
      return steps(from, to, clause('by'), clause('each'), said.get('times'));
    case 'spike': {
      const [at, width] = [clause('at'), clause('for')];
      if (!(from >= 0 && to !== undefined && to >= 0)) return 'it has a base and a peak';
      if (seconds === undefined) return 'say how long, "over 60s"';
      if (!(width > 0 && at >= 0 && at + width <= seconds)) return 'the spike lies within the time that it is over';
      return { shape, base: from, peak: to, at, width, seconds };
    }
    case 'sine': {
      const [amplitude, period] = [clause('+-'), clause('every')];
      if (!(from > 0 && to === undefined)) return 'its mean is a number of updates a second above 0';
      if (!(amplitude >= 0 && amplitude <= from))
        return 'a rate is never below 0, so the amplitude is at most the mean';
      if (!(period > 0)) return 'its period is longer than 0';
      return seconds === undefined ? 'say how long, "over 5min"' : { shape, mean: from, amplitude, period, seconds };
    }
  }
}

function steps(
  from: number,
  to: number | undefined,
  by: number,
  each: number,
  times: number | undefined,
): Part | string {
  if (!(from >= 0)) return 'its first rate is a number of updates a second';
  if (!(each > 0)) return 'each step lasts longer than 0';
  if ((to === undefined) === (times === undefined)) return 'say where it ends, or how many times';
  if (to === undefined) {
    const count = times!;
    if (!(Number.isInteger(count) && count > 0)) return '"times" is a whole number above 0';
    if (from + by * (count - 1) < 0) return 'a rate is never below 0';
    return { shape: 'steps', from, by, each, count };
  }
  if (!(by > 0) || to === from) return 'a step is above 0 and leads from one rate to another';
  const apart = Math.abs(to - from) / by;
  if (Math.abs(apart - Math.round(apart)) > 1e-9) return `steps of ${by} from ${from} do not meet ${to}`;
  return { shape: 'steps', from, by: to > from ? by : -by, each, count: Math.round(apart) + 1 };
}

/** `100..1000/s`, `500/s`, `500`; not a number where it is none. */
function rates(text = ''): [number, number | undefined] {
  const [from = '', to] = text.replace(/\/s$/, '').split('..');
  return [number(from.replace(/\/s$/, '')), to === undefined ? undefined : number(to)];
}

function number(text: string): number {
  return /^[0-9]*\.?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
}

export function paceText(pace: Pace): string {
  switch (pace.kind) {
    case 'rate':
      return `rate:${pace.perSecond}/s`;
    case 'replay':
      return `replay:${pace.speed}`;
    case 'max':
      return pace.seconds === undefined ? 'max' : `max over ${durationText(pace.seconds * 1000)}`;
    case 'profile':
      return pace.segments.map(segmentText).join(' then ');
    case 'mixed':
      return pace.stretches
        .map((stretch) =>
          'segments' in stretch
            ? stretch.segments.map(segmentText).join(' then ')
            : `max over ${durationText(stretch.maxSeconds * 1000)}`,
        )
        .join(' then ');
  }
}

function segmentText(segment: Segment): string {
  const time = (seconds: number) => durationText(Number((seconds * 1000).toPrecision(15)));
  const over = segment.shape === 'steps' ? '' : ` over ${time(segment.seconds)}`;
  switch (segment.shape) {
    case 'rate':
      return `rate:${segment.perSecond}/s${over}`;
    case 'replay':
      return `replay:${segment.speed}${over}`;
    case 'ramp':
      return `ramp:${segment.from}..${segment.to}/s${over}`;
    case 'steps':
      return `steps:${segment.from}/s by ${segment.by} each ${time(segment.each)} times ${segment.count}`;
    case 'spike':
      return `spike:${segment.base}..${segment.peak}/s at ${time(segment.at)} for ${time(segment.width)}${over}`;
    case 'sine':
      return `sine:${segment.mean}/s +-${segment.amplitude} every ${time(segment.period)}${over}`;
  }
}
