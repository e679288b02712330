/**
 * One string of a policy: literal text, the wildcards `*` and `?`, and variables `${…}` whose values are taken as they
 * are, so that a client id with a star in it opens nothing. `+` and `#` have no meaning here (AWS IoT policy variables).
 */

/** Gives the value of a policy variable, or nothing where it has none. */
export type Variables = (name: string) => string | undefined;

type Token = { text: string } | { variable: string } | '*' | '?';

export interface Pattern {
  readonly tokens: readonly Token[];
}

/** `variables: false` takes `${` literally, as policies of the 2008 language version do. @throws Error where a `${` is never closed. */
export function parsePattern(source: string, { variables = true } = {}): Pattern {
  const tokens: Token[] = [];
  let text = '';
  const endText = () => {
    if (text !== '') tokens.push({ text });
    text = '';
  };
  for (let i = 0; i < source.length; i++) {
    const char = source[i]!;
    if (char === '*' || char === '?') {
      endText();
      if (char === '?' || tokens.at(-1) !== '*') tokens.push(char);
    } else if (variables && char === '$' && source[i + 1] === '{') {
      const end = source.indexOf('}', i);
      if (end < 0) throw new Error(`the variable in "${source}" is not closed`);
      const name = source.slice(i + 2, end);
      // IAM's way of writing these three characters literally.
      if (name === '*' || name === '?' || name === '$') text += name;
      else {
        endText();
        tokens.push({ variable: name });
      }
      i = end;
    } else {
      text += char;
    }
  }
  endText();
  return { tokens };
}

const ANY = -1;
const ONE = -2;

/** Whether `value` fits. A pattern with a variable that has no value fits nothing. `wild: false` takes `*` and `?` literally. */
export function matches(
  pattern: Pattern,
  value: string,
  variables: Variables,
  { wild = true, ignoreCase = false } = {},
): boolean {
  const units: number[] = [];
  const literal = (text: string) => {
    const folded = ignoreCase ? text.toLowerCase() : text;
    for (let i = 0; i < folded.length; i++) units.push(folded.charCodeAt(i));
  };
  for (const token of pattern.tokens) {
    if (token === '*') wild ? units.push(ANY) : literal('*');
    else if (token === '?') wild ? units.push(ONE) : literal('?');
    else if ('text' in token) literal(token.text);
    else {
      const bound = variables(token.variable);
      if (bound === undefined) return false;
      literal(bound);
    }
  }
  return glob(units, ignoreCase ? value.toLowerCase() : value);
}

/** Goes back only to the last star, so that no pattern costs more than its length times the value's. */
function glob(units: readonly number[], value: string): boolean {
  let u = 0;
  let v = 0;
  let star = -1;
  let resume = 0;
  while (v < value.length) {
    const unit = units[u];
    if (unit === ANY) {
      star = u++;
      resume = v;
    } else if (unit === ONE || unit === value.charCodeAt(v)) {
      u++;
      v++;
    } else if (star >= 0) {
      u = star + 1;
      v = ++resume;
    } else {
      return false;
    }
  }
  while (units[u] === ANY) u++;
  return u === units.length;
}
