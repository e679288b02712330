/**
 * A setting as data. One table of them makes the flags of a command (setting-flags.ts), the keys of a scenario file and its
 * JSON Schema (run/scenario/).
 */
import { parseDuration } from './duration.ts';

/** Which texts are times of a unit: what is counted in seconds has no fractions of one. */
export const TIME_FORMS = { ms: '^([0-9]+ ?ms|[0-9]*\\.?[0-9]+ ?(s|min|m|h))$', s: '^[0-9]+ ?(s|min|m|h)$' } as const;

interface Common {
  readonly description?: string;
  /** Under which heading the help shows it. */
  readonly group?: string;
  /** What stands for its value in the help. */
  readonly value?: string;
  /** In a scenario file, where it is called otherwise: a list has the plural. */
  readonly key?: string;
  readonly exclusive?: readonly string[];
  readonly dependsOn?: readonly string[];
}

export type Setting = Common &
  /** `form`: a pattern that it must keep to, in the dialect of `new RegExp(form, 'u')`. */
  (
    | { readonly kind: 'text'; readonly default?: string; readonly form?: string }
    /**
     * `takesMore`: on a command line, words that follow the first are more of it (`--probes *.ndjson`). `usual`: the help shows
     * them as the default, and the value is missing, which tells them from the same said by hand.
     */
    | {
        readonly kind: 'texts';
        readonly default?: readonly string[];
        readonly usual?: readonly string[];
        readonly takesMore?: boolean;
      }
    | { readonly kind: 'switch' }
    | { readonly kind: 'choice'; readonly choices: readonly (string | number)[]; readonly default?: string | number }
    | { readonly kind: 'whole'; readonly default?: number; readonly min?: number; readonly max?: number }
    /** A number of its unit, or a text such as `30s`. */
    | { readonly kind: 'time'; readonly unit: 'ms' | 's'; readonly default?: number; readonly min?: number }
    /** The same with fractions; of no unit, of seconds, or of percent. */
    | {
        readonly kind: 'decimal';
        readonly unit?: 's' | '%';
        readonly default?: number;
        readonly min?: number;
        readonly max?: number;
      }
  );

export type Settings = Readonly<Record<string, Setting>>;

type Chosen<S> = S extends { choices: readonly (infer C)[] } ? C : never;
export type ValueOf<S> = S extends { kind: 'text' }
  ? string
  : S extends { kind: 'texts' }
    ? string[]
    : S extends { kind: 'switch' }
      ? boolean
      : S extends { kind: 'choice' }
        ? Chosen<S>
        : number;

/** The values of a table of settings: what has no default may be missing. */
export type Values<T> = {
  readonly [K in keyof T]: T[K] extends { default: unknown } | { kind: 'switch' }
    ? ValueOf<T[K]>
    : ValueOf<T[K]> | undefined;
};

/** The values where nothing was said. */
export function defaultsOf<T extends Settings>(settings: T): Values<T> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      name,
      setting.kind === 'switch' ? false : Array.isArray(setting.default) ? [...setting.default] : setting.default,
    ]),
  ) as Values<T>;
}

/** A number from what a person wrote on the command line or in a file. @returns the number, or what was expected */
export function numberOf(setting: Setting, value: unknown): number | string {
  if (setting.kind !== 'whole' && setting.kind !== 'time' && setting.kind !== 'decimal')
    throw new TypeError(`a ${setting.kind} is no number`);
  const number = typeof value === 'string' ? numberIn(setting, value) : typeof value === 'number' ? value : Number.NaN;
  const isOne = setting.kind === 'decimal' ? Number.isFinite(number) : Number.isSafeInteger(number);
  const { min = Number.NEGATIVE_INFINITY } = setting;
  const { max = Number.POSITIVE_INFINITY } = setting.kind === 'time' ? {} : setting;
  return isOne && number >= min && number <= max ? number : expectedOf(setting);
}

function numberIn(setting: Extract<Setting, { kind: 'whole' | 'time' | 'decimal' }>, text: string): number {
  if (/^-?[0-9]+$/.test(text)) return Number(text);
  if (setting.kind === 'whole') return Number.NaN;
  if (setting.kind === 'decimal') {
    const number = setting.unit === '%' ? text.replace(/ ?%$/, '') : text;
    if (/^-?[0-9]*\.?[0-9]+$/.test(number)) return Number(number);
    return setting.unit === 's' ? (parseDuration(text) ?? Number.NaN) / 1000 : Number.NaN;
  }
  if (!new RegExp(TIME_FORMS[setting.unit]).test(text)) return Number.NaN;
  const ms = parseDuration(text) ?? Number.NaN;
  return setting.unit === 's' ? ms / 1000 : Math.round(ms);
}

/** What a setting takes, as a person says it. */
export function expectedOf(setting: Setting): string {
  switch (setting.kind) {
    case 'text':
      return 'a text';
    case 'texts':
      return 'a text, or a list of texts';
    case 'switch':
      return 'true or false';
    case 'choice':
      return `one of ${setting.choices.join(', ')}`;
    case 'whole':
      return `a whole number${rangeText(setting)}`;
    case 'time': {
      const isSeconds = setting.unit === 's';
      return `a whole number of ${isSeconds ? 'seconds' : 'ms'}${rangeText(setting)}, or a time such as ${isSeconds ? '10min' : '30s'}`;
    }
    case 'decimal': {
      const { unit } = setting;
      const of = unit === 's' ? ' of seconds' : unit === '%' ? ' of percent' : '';
      return `a number${of}${rangeText(setting)}${unit === 's' ? ', or a time such as 2min' : ''}`;
    }
  }
}

function rangeText({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min === undefined) return '';
  return max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`;
}
