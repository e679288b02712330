/** The functions that a rule may call: name, number of arguments, and what they give (developer guide, iot-sql-functions). */
import { randomUUID } from 'node:crypto';
import type { Scope, Value } from './expression.ts';

interface SqlFunction {
  readonly min: number;
  readonly max: number;
  readonly run: (args: readonly Value[], scope: Scope) => Value;
}

const text = (value: Value): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;

const number = (value: Value): number | undefined => (typeof value === 'number' ? value : undefined);

const of = (arity: number | [number, number], run: SqlFunction['run']): SqlFunction => {
  const [min, max] = typeof arity === 'number' ? [arity, arity] : arity;
  return { min, max, run };
};
const onText = (run: (value: string) => Value) =>
  of(1, ([value]) => {
    const string = text(value);
    return string === undefined ? undefined : run(string);
  });
const onTwoTexts = (run: (a: string, b: string) => Value) =>
  of(2, ([a, b]) => {
    const [left, right] = [text(a), text(b)];
    return left === undefined || right === undefined ? undefined : run(left, right);
  });
const onNumber = (run: (value: number) => number) =>
  of(1, ([value]) => {
    const given = number(value);
    return given === undefined ? undefined : run(given);
  });

export const FUNCTIONS: Readonly<Record<string, SqlFunction>> = {
  /** `topic()` is the topic, `topic(1)` its first level. */
  topic: of([0, 1], ([level], { levels }) =>
    level === undefined ? levels.join('/') : typeof level === 'number' ? levels[level - 1] : undefined,
  ),
  clientid: of(0, (_, { clientId }) => clientId),
  principal: of(0, (_, { principal }) => principal),
  /** Epoch ms. */
  timestamp: of(0, (_, { now }) => now),
  newuuid: of(0, () => randomUUID()),
  accountid: of(0, (_, { accountId }) => accountId),

  lower: onText((value) => value.toLowerCase()),
  upper: onText((value) => value.toUpperCase()),
  trim: onText((value) => value.trim()),
  length: onText((value) => value.length),
  startswith: onTwoTexts((value, start) => value.startsWith(start)),
  endswith: onTwoTexts((value, end) => value.endsWith(end)),
  indexof: onTwoTexts((value, part) => value.indexOf(part)),
  concat: of([1, 16], (args) => {
    const texts = args.map(text);
    return texts.includes(undefined) ? undefined : texts.join('');
  }),
  substring: of([2, 3], ([value, from, to]) => {
    const [string, start] = [text(value), number(from)];
    return string === undefined || start === undefined ? undefined : string.substring(start, number(to));
  }),
  abs: onNumber(Math.abs),
  ceil: onNumber(Math.ceil),
  floor: onNumber(Math.floor),
  round: onNumber(Math.round),
  isundefined: of(1, ([value]) => value === undefined),
  isnull: of(1, ([value]) => value === null),
  /** A member whose name is no identifier, or an element of a list. */
  get: of(2, ([from, key]) => {
    if (typeof from !== 'object' || from === null) return undefined;
    return typeof key === (Array.isArray(from) ? 'number' : 'string') && Object.hasOwn(from, key as string)
      ? ((from as Record<string, Value>)[key as string] as Value)
      : undefined;
  }),
};
