/** Substitution templates, `text ${expression} text`: evaluated on the original payload, not on what SELECT makes of it. */
import type { Scope } from './expression.ts';
import { parseExpression } from './sql.ts';
import { SqlParseError } from './tokens.ts';

/** @throws Error where an expression has no value for this message. */
export type Template = (scope: Scope) => string;

/** @throws SqlParseError, with the position in the whole text. */
export function parseTemplate(text: string): Template {
  const parts: (string | Template)[] = [];
  let at = 0;
  for (let open = text.indexOf('${'); open >= 0; open = text.indexOf('${', at)) {
    parts.push(text.slice(at, open));
    const close = closingBrace(text, open);
    parts.push(part(text.slice(open + 2, close), open + 2));
    at = close + 1;
  }
  parts.push(text.slice(at));
  return (scope) => parts.map((part) => (typeof part === 'string' ? part : part(scope))).join('');
}

/** A brace inside quotes closes nothing. */
function closingBrace(text: string, open: number): number {
  let quoted = false;
  for (let i = open + 2; i < text.length; i++) {
    if (text[i] === "'") quoted = !quoted;
    else if (text[i] === '}' && !quoted) return i;
  }
  throw new SqlParseError('A ${ that is not closed', open);
}

function part(source: string, offset: number): Template {
  let expression: ReturnType<typeof parseExpression>;
  try {
    expression = parseExpression(source);
  } catch (error) {
    if (error instanceof SqlParseError) throw new SqlParseError(error.reason, offset + error.position);
    throw error;
  }
  return (scope) => {
    const value = expression(scope);
    if (value === undefined) throw new Error(`\${${source}} has no value`);
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}
