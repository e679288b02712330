/** Expressions of a rule's SQL, compiled to functions when the rule is made. */

/** JSON, or undefined: what is missing stays missing, and spreads (developer guide, iot-sql-data-types). */
export type Value = unknown;

/** What an expression may look at: one message. */
export interface Scope {
  /** The payload's JSON. */
  readonly payload: Value;
  readonly levels: readonly string[];
  readonly clientId: string;
  readonly principal: string;
  readonly accountId: string;
  /** Epoch ms. */
  readonly now: number;
}

export type Expression = (scope: Scope) => Value;

export function constant(value: Value): Expression {
  return () => value;
}

/** `a.b.c` in the payload; no names: the payload. */
export function path(names: readonly string[]): Expression {
  return ({ payload }) => {
    let value = payload;
    for (const name of names) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Record<string, Value>)[name];
    }
    return value;
  };
}

const COMPARE: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const COUNT: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

export function binary(sign: string, left: Expression, right: Expression): Expression {
  const compare = COMPARE[sign];
  if (compare) {
    return (scope) => {
      const order = orderOf(left(scope), right(scope));
      return order === undefined ? undefined : compare(order);
    };
  }
  const count = COUNT[sign];
  if (count) {
    return (scope) => {
      const [a, b] = [left(scope), right(scope)];
      if (sign === '+' && (typeof a === 'string' || typeof b === 'string')) {
        return a === undefined || b === undefined ? undefined : `${a}${b}`;
      }
      const [x, y] = [numberOf(a), numberOf(b)];
      const result = x === undefined || y === undefined ? Number.NaN : count(x, y);
      return Number.isFinite(result) ? result : undefined;
    };
  }
  const wanted = sign === '=';
  return (scope) => {
    const [a, b] = [left(scope), right(scope)];
    return a === undefined || b === undefined ? undefined : same(a, b) === wanted;
  };
}

export function and(left: Expression, right: Expression): Expression {
  return (scope) => truth(left(scope)) && truth(right(scope));
}

export function or(left: Expression, right: Expression): Expression {
  return (scope) => truth(left(scope)) || truth(right(scope));
}

export function not(operand: Expression): Expression {
  return (scope) => {
    const value = operand(scope);
    return value === undefined ? undefined : !truth(value);
  };
}

/** Whether a condition holds: what is undefined does not. */
export function truth(value: Value): boolean {
  return value === true || value === 'true';
}

function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Below, at or above 0; undefined where the two have no order. A text beside a number counts as one if it can. */
function orderOf(a: Value, b: Value): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [numberOf(a), numberOf(b)];
  return x === undefined || y === undefined ? undefined : x - y;
}

function same(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return JSON.stringify(a) === JSON.stringify(b);
}
