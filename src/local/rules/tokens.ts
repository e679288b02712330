/** The words of a rule's SQL. */

/** The statement is at fault, at `position` (characters from its start, 0 is the first). */
export class SqlParseError extends Error {
  readonly reason: string;
  readonly position: number;

  constructor(reason: string, position: number) {
    super(`${reason}, at character ${position + 1}`);
    this.name = 'SqlParseException';
    this.reason = reason;
    this.position = position;
  }
}

export interface Token {
  readonly kind: 'word' | 'quoted' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly position: number;
}

const PATTERN = /\s+|([A-Za-z_][A-Za-z0-9_]*)|'((?:[^']|'')*)'|(\d+(?:\.\d+)?)|(<>|<=|>=|[-=<>+*/%(),.[\]])/y;

export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < sql.length) {
    const position = PATTERN.lastIndex;
    const match = PATTERN.exec(sql);
    if (!match) {
      const what = sql[position] === "'" ? 'A string that does not end' : `'${sql[position]}' is not expected`;
      throw new SqlParseError(what, position);
    }
    const [, word, quoted, number, sign] = match;
    if (word !== undefined) tokens.push({ kind: 'word', text: word, position });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll("''", "'"), position });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, position });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, position });
  }
  tokens.push({ kind: 'end', text: 'the end', position: sql.length });
  return tokens;
}
