/** An indent, and words with one space between them: what has wider gaps is a row of a table. */
const PROSE = /^( *)\S+( \S+)*$/;

/**
 * Breaks the sentences of a text between words, so that none is wider than `columns`: a terminal would break them in the
 * middle of one. Rows of tables stay as they are. Without `columns` (a file, a pipe) so does everything.
 */
export function wrapProse(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split('\n')
    .flatMap((line) => wrapped(line, columns))
    .join('\n');
}

function wrapped(line: string, columns: number): string[] {
  const indent = line.length > columns ? PROSE.exec(line)?.[1] : undefined;
  if (indent === undefined) return [line];
  const [first = '', ...rest] = line.trimStart().split(' ');
  const lines = [indent + first];
  for (const word of rest) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length > columns) lines.push(indent + word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
