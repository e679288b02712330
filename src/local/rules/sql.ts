/**
 * A rule's SQL: `SELECT <*|expression [AS name], …> FROM '<topic filter>' [WHERE <condition>]`.
 *
 * The subset: dot paths, literals, arithmetic, comparisons, AND, OR, NOT and the functions of functions.ts. CASE,
 * nested SELECT, array literals and the decoding of binary payloads are not among it, and are refused by position.
 */
import { type TopicMatcher, topicFilterFault, topicMatcher } from '../topic-filter.ts';
import { and, binary, constant, type Expression, not, or, path, type Scope, truth } from './expression.ts';
import { FUNCTIONS } from './functions.ts';
import { SqlParseError, type Token, tokensOf } from './tokens.ts';

export interface Statement {
  readonly filter: string;
  readonly matches: TopicMatcher;
  /** Whether the payload must be JSON for this statement. */
  where(scope: Scope): boolean;
  /** What the actions get. @throws Error where the payload does not allow it. */
  select(scope: Scope): unknown;
}

/** @throws SqlParseError */
export function parseSql(sql: string): Statement {
  return new Parser(sql).statement();
}

/** One expression by itself, as in a substitution template. @throws SqlParseError */
export function parseExpression(text: string): Expression {
  return new Parser(text).whole();
}

interface Item {
  readonly name: string | undefined;
  readonly value: Expression;
}

const KEYWORDS = new Set([
  'select',
  'from',
  'where',
  'as',
  'and',
  'or',
  'not',
  'case',
  'when',
  'then',
  'else',
  'end',
  'in',
  'exists',
]);
/** Deeper nesting than anybody writes, and less than the stack holds. */
const MAX_DEPTH = 64;

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(sql: string) {
    this.#tokens = tokensOf(sql);
  }

  statement(): Statement {
    this.#expectWord('select');
    const items = this.#items();
    this.#expectWord('from');
    const from = this.#next();
    if (from.kind !== 'quoted') throw this.#unexpected(from, 'a topic filter in single quotes');
    const fault = topicFilterFault(from.text);
    if (fault !== undefined) throw new SqlParseError(fault, from.position);
    const condition = this.#takeWord('where') ? this.#expression() : undefined;
    this.#expectEnd();
    return {
      filter: from.text,
      matches: topicMatcher(from.text),
      where: condition ? (scope) => truth(condition(scope)) : () => true,
      select: selector(items),
    };
  }

  whole(): Expression {
    const expression = this.#expression();
    this.#expectEnd();
    return expression;
  }

  #items(): Item[] {
    const items: Item[] = [];
    do {
      const token = this.#peek();
      if (this.#takeSign('*')) items.push({ name: undefined, value: path([]) });
      else {
        const value = this.#expression();
        const name = this.#takeWord('as') ? this.#name() : this.#impliedName(token);
        items.push({ name, value });
      }
    } while (this.#takeSign(','));
    return items;
  }

  /** `a.b` without AS is called `b`, `topic()` is called `topic`. */
  #impliedName(first: Token): string {
    const last = this.#tokens[this.#at - 1]!;
    if (first.kind !== 'word') throw new SqlParseError('This expression needs a name: AS …', first.position);
    return last.kind === 'word' ? last.text : first.text;
  }

  #expression(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new SqlParseError('The statement is nested too deeply', this.#peek().position);
    let left = this.#conjunction();
    while (this.#takeWord('or')) left = or(left, this.#conjunction());
    this.#depth--;
    return left;
  }

  #conjunction(): Expression {
    let left = this.#negation();
    while (this.#takeWord('and')) left = and(left, this.#negation());
    return left;
  }

  #negation(): Expression {
    let negations = 0;
    while (this.#takeWord('not')) negations++;
    let operand = this.#comparison();
    for (; negations > 0; negations--) operand = not(operand);
    return operand;
  }

  #comparison(): Expression {
    const left = this.#sum();
    const sign = this.#takeSign('=', '<>', '<', '<=', '>', '>=');
    return sign ? binary(sign, left, this.#sum()) : left;
  }

  #sum(): Expression {
    let left = this.#product();
    for (let sign = this.#takeSign('+', '-'); sign; sign = this.#takeSign('+', '-'))
      left = binary(sign, left, this.#product());
    return left;
  }

  #product(): Expression {
    let left = this.#primary();
    for (let sign = this.#takeSign('*', '/', '%'); sign; sign = this.#takeSign('*', '/', '%'))
      left = binary(sign, left, this.#primary());
    return left;
  }

  #primary(): Expression {
    const token = this.#next();
    if (token.kind === 'quoted') return constant(token.text);
    if (token.kind === 'number') return constant(Number(token.text));
    if (token.text === '-' && this.#peek().kind === 'number') return constant(-Number(this.#next().text));
    if (token.text === '(') {
      const inner = this.#expression();
      this.#expectSign(')');
      return inner;
    }
    if (token.kind === 'word' && !KEYWORDS.has(token.text.toLowerCase())) {
      if (this.#takeSign('(')) return this.#call(token);
      const word = token.text.toLowerCase();
      if (word === 'true' || word === 'false') return constant(word === 'true');
      if (word === 'null') return constant(null);
      const names = [token.text];
      while (this.#takeSign('.')) names.push(this.#name());
      return path(names);
    }
    throw this.#unexpected(token, 'a value');
  }

  #call({ text, position }: Token): Expression {
    const called = Object.hasOwn(FUNCTIONS, text.toLowerCase()) ? FUNCTIONS[text.toLowerCase()] : undefined;
    if (!called) throw new SqlParseError(`The stand-in knows no function ${text}()`, position);
    const args: Expression[] = [];
    if (!this.#takeSign(')')) {
      do args.push(this.#takeSign('*') ? path([]) : this.#expression());
      while (this.#takeSign(','));
      this.#expectSign(')');
    }
    const { min, max, run } = called;
    if (args.length < min || args.length > max)
      throw new SqlParseError(`${text}() takes ${min === max ? min : `${min} to ${max}`} arguments`, position);
    return (scope) =>
      run(
        args.map((arg) => arg(scope)),
        scope,
      );
  }

  #name(): string {
    const token = this.#next();
    if (token.kind !== 'word') throw this.#unexpected(token, 'a name');
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #takeWord(word: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== 'word' || text.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #takeSign(...signs: string[]): string | undefined {
    const { kind, text } = this.#peek();
    if (kind !== 'sign' || !signs.includes(text)) return undefined;
    this.#at++;
    return text;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw this.#unexpected(this.#peek(), word.toUpperCase());
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#unexpected(this.#peek(), `'${sign}'`);
  }

  #expectEnd(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw this.#unexpected(token, 'the end');
  }

  #unexpected({ kind, text, position }: Token, wanted: string): SqlParseError {
    return new SqlParseError(`Expected ${wanted}, not ${kind === 'end' ? text : `'${text}'`}`, position);
  }
}

function selector(items: readonly Item[]): Statement['select'] {
  const only = items[0]!;
  if (items.length === 1 && only.name === undefined) return only.value;
  return (scope) => {
    const selected: Record<string, unknown> = {};
    for (const { name, value } of items) {
      const given = value(scope);
      if (name === undefined) {
        if (typeof given !== 'object' || given === null || Array.isArray(given))
          throw new Error('SELECT * beside other fields needs a payload that is a JSON object');
        Object.assign(selected, given);
      } else if (given !== undefined) selected[name] = given;
    }
    return selected;
  };
}
