/** What comes before the sentence of a line: an indent, or the cells of a row up to its last gap; and the sentence. */
const LINE = /^( *|.*\S {2,})(\S+(?: \S+)*)$/;

/** A row whose sentence would stand in fewer columns stays as it is. */
const NARROWEST = 24;

/**
 * Breaks the sentences of a text between words, so that none is wider than `columns`: a terminal would break them in the
 * middle of one. The lines that come of one begin below its first word: behind the same indent, or, of a row whose last cell
 * is a sentence, in the column of that cell. Without `columns` (a file, a pipe) all stays as it is.
 */
export function wrapProse(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split('\n')
    .flatMap((line) => wrapped(line, columns))
    .join('\n');
}

function wrapped(line: string, columns: number): string[] {
  const [, before, sentence] = (line.length > columns && LINE.exec(line)) || [];
  if (before === undefined || sentence === undefined) return [line];
  const isRow = before.trim() !== '';
  if (isRow && columns - before.length < NARROWEST) return [line];
  const below = ' '.repeat(before.length);
  const [first = '', ...rest] = sentence.split(' ');
  const lines = [before + first];
  for (const word of rest) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length > columns) lines.push(below + word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
