/**
 * Faults on purpose, as a person writes them: `cut 10% at 30s for 10s`.
 *
 *     storm [N%] WHEN                    connections drop, and all reconnect at once
 *     flap [N%] every T [WHEN] for D     connections drop again and again, and reconnect as devices do
 *     cut [N%] WHEN for D                connections drop, and none comes back before the end
 *     half-open [N%] WHEN                nothing comes or goes any more, and nothing says so: the device must find out
 *     slow [N%] T WHEN for D             a device looks at its connection, to read and to write, only every T
 *
 *     N%    of the fleet, all where it is left out
 *     WHEN  at T | at random [between T and T] | N times at random [between T and T]
 *
 * Times count from the start of the run.
 */

import { durationText, parseDuration } from '../duration.ts';

export const FAULT_KINDS = ['storm', 'flap', 'cut', 'half-open', 'slow'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Plain data. All times in ms after the start. */
export interface Fault {
  readonly kind: FaultKind;
  /** Of the fleet, (0, 1]. */
  readonly share: number;
  readonly when: FaultTime;
  /** How long it lasts: of `flap`, `cut` and `slow`. */
  readonly forMs?: number;
  /** From one drop to the next: of `flap`. */
  readonly everyMs?: number;
  /** From one look at the connection to the next: of `slow`. */
  readonly delayMs?: number;
}

export type FaultTime =
  | { readonly at: number }
  /** So many moments, drawn by the seed; between 0 and the schedule's end where nothing else is said. */
  | { readonly random: number; readonly from?: number; readonly to?: number };

/** Which parts a kind has beside its share and its time. */
const PARTS: Readonly<Record<FaultKind, readonly ('every' | 'for' | 'delay')[]>> = {
  storm: [],
  flap: ['every', 'for'],
  cut: ['for'],
  'half-open': [],
  slow: ['delay', 'for'],
};

const EXAMPLES: Readonly<Record<FaultKind, string>> = {
  storm: 'storm at 60s',
  flap: 'flap 5% every 10s for 60s',
  cut: 'cut 10% at 30s for 10s',
  'half-open': 'half-open 20% at 30s',
  slow: 'slow 10% 500ms at 20s for 30s',
};

const T = '([0-9]*\\.?[0-9]+ ?(?:ms|s|min|m|h))';

/** Each part of a text, at its beginning; a text is a kind and some of them, in any order. */
const SPECIMENS = {
  share: /^([0-9]+(?:\.[0-9]+)?) ?%/,
  every: new RegExp(`^every ${T}`),
  for: new RegExp(`^for ${T}`),
  random: new RegExp(`^(?:([0-9]+) times )?at random(?: between ${T} and ${T})?`),
  at: new RegExp(`^at ${T}`),
  delay: new RegExp(`^${T}`),
} as const;

type Part = keyof typeof SPECIMENS;

/** A fault, or what is wrong with the text. */
export function parseFault(text: string): Fault | string {
  const [head = '', ...words] = text.trim().toLowerCase().split(/\s+/);
  const kind = FAULT_KINDS.find((name) => name === head);
  if (kind === undefined)
    return `fault "${text}": there is no fault "${head}"; there are ${FAULT_KINDS.join(', ')}, such as "${EXAMPLES.cut}"`;
  const wrong = (what: string) => `fault "${text}": ${what}; such as "${EXAMPLES[kind]}"`;
  const parts = partsOf(words.join(' '));
  if (typeof parts === 'string') return wrong(parts);
  const given = (part: Part) => parts.get(part);

  for (const part of ['every', 'for', 'delay'] as const) {
    const [has, wants] = [given(part) !== undefined, PARTS[kind].includes(part)];
    const name = part === 'delay' ? 'a time between two looks at the connection' : `"${part} TIME"`;
    if (wants && !has) return wrong(`it lacks ${name}`);
    if (has && !wants)
      return wrong(part === 'for' ? `${kind} has no length: it is over with its moment` : `${kind} takes no ${name}`);
  }
  if (given('at') && given('random')) return wrong('it is either at a time or at random');
  const share = given('share') === undefined ? 1 : Number(given('share')![1]) / 100;
  if (!(share > 0 && share <= 1)) return wrong('its share of the fleet must be above 0 and at most 100 %');
  const when = whenOf(kind, given('at'), given('random'));
  if (typeof when === 'string') return wrong(when);

  const [forMs, everyMs, delayMs] = [msOf(given('for')), msOf(given('every')), msOf(given('delay'))];
  for (const [name, ms] of [
    ['for', forMs],
    ['every', everyMs],
    ['delay', delayMs],
  ] as const)
    if (ms === 0) return wrong(`${name === 'delay' ? 'its time between two looks' : `"${name}"`} must be above 0`);
  if (everyMs !== undefined && everyMs > forMs!) return wrong('it is over before it could drop a second time');
  return {
    kind,
    share,
    when,
    ...(forMs === undefined ? {} : { forMs }),
    ...(everyMs === undefined ? {} : { everyMs }),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}

/** The text as `parseFault` reads it. */
export function faultText({ kind, share, when, forMs, everyMs, delayMs }: Fault): string {
  return [
    kind,
    ...(share === 1 ? [] : [`${Number((share * 100).toFixed(9))}%`]),
    ...(delayMs === undefined ? [] : [durationText(delayMs)]),
    ...(everyMs === undefined ? [] : [`every ${durationText(everyMs)}`]),
    ...whenText(kind, when),
    ...(forMs === undefined ? [] : [`for ${durationText(forMs)}`]),
  ].join(' ');
}

/** The same, so much later; what is at random stays between `offsetMs` and `endMs`, unless it says itself between what. */
export function laterFault(fault: Fault, offsetMs: number, endMs: number): Fault {
  const { when } = fault;
  if ('at' in when) return { ...fault, when: { at: when.at + offsetMs } };
  const { random, from = 0, to = endMs - offsetMs } = when;
  return { ...fault, when: { random, from: from + offsetMs, to: to + offsetMs } };
}

function partsOf(text: string): Map<Part, RegExpExecArray> | string {
  const parts = new Map<Part, RegExpExecArray>();
  for (let rest = text; rest !== ''; ) {
    const found = (Object.keys(SPECIMENS) as Part[])
      .map((part) => [part, SPECIMENS[part].exec(rest)] as const)
      .find(([, match]) => match !== null && /^(?: |$)/.test(rest.slice(match[0].length)));
    if (found === undefined) return `"${rest}" is not understood (times are such as 500ms, 30s, 2min)`;
    const [part, match] = found;
    if (parts.has(part)) return `"${match![0]}" says again what was said before`;
    parts.set(part, match!);
    rest = rest.slice(match![0].length).trimStart();
  }
  return parts;
}

function whenOf(
  kind: FaultKind,
  at: RegExpExecArray | undefined,
  random: RegExpExecArray | undefined,
): FaultTime | string {
  if (at !== undefined) return { at: msOf(at)! };
  if (random === undefined) return kind === 'flap' ? { at: 0 } : 'it lacks "at TIME" or "at random"';
  const [, times = '1', from, to] = random;
  if (Number(times) < 1) return 'it must be at least once';
  if (from === undefined) return { random: Number(times) };
  const window = { from: parseDuration(from)!, to: parseDuration(to!)! };
  return window.from < window.to ? { random: Number(times), ...window } : 'there is no time between these two';
}

function whenText(kind: FaultKind, when: FaultTime): string[] {
  if ('at' in when) return kind === 'flap' && when.at === 0 ? [] : [`at ${durationText(when.at)}`];
  const { random, from, to } = when;
  const times = random === 1 ? 'at random' : `${random} times at random`;
  return [
    from === undefined || to === undefined ? times : `${times} between ${durationText(from)} and ${durationText(to)}`,
  ];
}

function msOf(match: RegExpExecArray | undefined): number | undefined {
  return match && parseDuration(match[1]!);
}
