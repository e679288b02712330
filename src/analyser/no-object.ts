import { UsageError } from '../errors.ts';

const BYTE_ORDER_MARK = '\uFEFF';
/** Of a line, so much tells. */
const BEGINNING = 64;

/** A line's text without the mark that some editors put before the first. */
export function withoutMark(text: string, line: number): string {
  return line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** What is to be said of a line of a log that is no JSON object: what it most likely is, and the remedy. */
export function noObject(file: string, line: number, text: string): UsageError {
  const [what, hint] = guess(text);
  return new UsageError(`${file}:${line}: this line is no JSON object${what}`, { hint });
}

function guess(text: string): [what: string, hint: string] {
  const beginning = text.slice(0, BEGINNING).replace(/^\uFFFD{2}/, '');
  // Of ASCII in UTF-16, every other byte is zero.
  if (/^(?:[^\0]\0){4}|^(?:\0[^\0]){4}/.test(beginning))
    return [': the file seems to be UTF-16', 'Convert it to UTF-8: iconv -f UTF-16 -t UTF-8'];
  if (text.includes('\0'))
    return [
      ': it holds NUL bytes, as a machine leaves them that went down while it was writing',
      'Remove the line, or take the log from its backup.',
    ];
  if (/^\s*\[/.test(text)) return [': it is an array, and a log has one object a line', "Convert it: jq -c '.[]'"];
  if (/^\s*\{\s*$/.test(text))
    return [': it is the beginning of one over several lines, and a log has one a line', 'Convert it: jq -c .'];
  return ['', 'Remove or mend it.'];
}
