import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, UsageError } from '../errors.ts';

/** A line of a log, parsed. */
export interface LogLine {
  readonly value: Record<string, unknown>;
  readonly line: number;
}

/**
 * Streams the JSON objects of a log, plain or `.gz`. Half a line at the end is what SIGKILL leaves: it is passed over,
 * and `onHalf` is told.
 * @throws UsageError that names file and line, for anything else that cannot be read.
 */
export async function* readLog(file: string, onHalf: (line: number) => void = () => {}): AsyncGenerator<LogLine> {
  let [line, rest] = [0, ''];
  try {
    const source = open(file);
    source.setEncoding('utf8');
    for await (const chunk of source as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        line++;
        if (text.trim() === '') continue;
        const value = parsed(text);
        if (value === undefined)
          throw new UsageError(`${file}:${line}: this line is no JSON object`, { hint: 'Remove or mend it.' });
        yield { value, line };
      }
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${file} after line ${line}: ${messageOf(error)}`, { cause: error });
  }
  if (rest.trim() === '') return;
  const value = parsed(rest);
  if (value === undefined) onHalf(line + 1);
  else yield { value, line: line + 1 };
}

function open(file: string): Readable {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  if (!/\.gz$/i.test(file)) return raw;
  const plain = createGunzip({ chunkSize: 1 << 20 });
  raw.on('error', (error) => plain.destroy(error));
  return raw.pipe(plain);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
