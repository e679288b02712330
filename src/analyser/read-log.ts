import { createReadStream } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { codeOf, isSimctlError, messageOf, UsageError } from '../errors.ts';
import { LineBytes, NEWLINE } from './bytes.ts';

export type LogObject = Record<string, unknown>;

/** How much of a log there was. */
export interface ReadLog {
  /** Whole lines, blank ones aside. */
  readonly lines: number;
  /** Number of the half-written last line, which SIGKILL leaves; it was passed over. */
  readonly halfLine?: number;
}

/**
 * Streams the JSON objects of a log, plain or `.gz`, to `take`, with their line numbers, until it returns false. A
 * callback and not an iterator: an `await` a line costs more than parsing it.
 * @throws UsageError that names file and line, for anything that cannot be read; and what `take` throws.
 */
export async function readLog(
  file: string,
  // biome-ignore lint/suspicious/noConfusingVoidType: most callers have nothing to return
  take: (value: LogObject, line: number) => void | false,
): Promise<ReadLog> {
  let [line, lines, rest] = [0, 0, ''];
  const decoder = new StringDecoder('utf8');
  for await (const chunk of chunksOf(
    file,
    () => line,
    (bytes) => decoder.write(bytes),
  )) {
    const texts = (rest + chunk).split('\n');
    rest = texts.pop() ?? '';
    for (const text of texts) {
      line++;
      if (text.trim() === '') continue;
      const value = parsed(text);
      if (value === undefined) {
        throw new UsageError(`${file}:${line}: this line is no JSON object`, { hint: 'Remove or mend it.' });
      }
      lines++;
      if (take(value, line) === false) return { lines };
    }
  }
  if (rest.trim() === '') return { lines };
  const value = parsed(rest);
  if (value === undefined) return { lines, halfLine: line + 1 };
  take(value, line + 1);
  return { lines: lines + 1 };
}

/**
 * The same, for logs of which most lines are in the form that `fast` knows: it is shown each as bytes, and returns whether
 * it has taken it, newline included. The others are parsed and go to `slow`.
 */
export async function scanLog(
  file: string,
  fast: (line: LineBytes) => boolean,
  slow: (value: LogObject, line: number) => void,
): Promise<ReadLog> {
  const bytes = new LineBytes();
  let [line, lines] = [0, 0];
  let rest = Buffer.alloc(0);
  /** @returns where the next line begins; or −1, with nothing taken, where this one does not end */
  const one = (buffer: Buffer, start: number): number => {
    bytes.set(buffer, start, buffer.length);
    if (fast(bytes)) {
      line++;
      lines++;
      return bytes.at;
    }
    const end = buffer.indexOf(NEWLINE, start);
    if (end < 0) return -1;
    line++;
    const text = buffer.toString('utf8', start, end);
    if (text.trim() !== '') {
      const value = parsed(text);
      if (value === undefined) {
        throw new UsageError(`${file}:${line}: this line is no JSON object`, { hint: 'Remove or mend it.' });
      }
      lines++;
      slow(value, line);
    }
    return end + 1;
  };
  for await (const chunk of bytesOf(file, () => line)) {
    let start = 0;
    if (rest.length > 0) {
      const end = chunk.indexOf(NEWLINE);
      if (end < 0) {
        rest = Buffer.concat([rest, chunk]);
        continue;
      }
      one(Buffer.concat([rest, chunk.subarray(0, end + 1)]), 0);
      start = end + 1;
    }
    while (start < chunk.length) {
      const next = one(chunk, start);
      if (next < 0) break;
      start = next;
    }
    rest = Buffer.from(chunk.subarray(start));
  }
  const text = rest.toString('utf8');
  if (text.trim() === '') return { lines };
  if (parsed(text) === undefined) return { lines, halfLine: line + 1 };
  one(Buffer.concat([rest, Buffer.of(NEWLINE)]), 0);
  return { lines };
}

const CHUNK_BYTES = 1 << 20;

/** A file's bytes in order. A chunk is valid until the next is asked for: a plain file's are all in one place. */
async function* bytesOf(file: string, line: () => number): AsyncGenerator<Buffer> {
  if (/\.gz$/i.test(file)) return yield* chunksOf(file, line, (chunk) => chunk);
  let handle: FileHandle | undefined;
  try {
    handle = await openFile(file);
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield bytesRead === CHUNK_BYTES ? buffer : buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw isSimctlError(error) ? error : unreadable(file, line(), error);
  } finally {
    await handle?.close();
  }
}

async function* chunksOf<Chunk>(file: string, line: () => number, as: (chunk: Buffer) => Chunk): AsyncGenerator<Chunk> {
  try {
    for await (const chunk of open(file) as AsyncIterable<Buffer>) yield as(chunk);
  } catch (error) {
    throw unreadable(file, line(), error);
  }
}

function open(file: string): Readable {
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  if (!/\.gz$/i.test(file)) return raw;
  // What fails is thrown by whoever reads; whoever stops reading closes the file.
  return pipeline(raw, createGunzip({ chunkSize: 1 << 20 }), () => {});
}

function unreadable(file: string, line: number, error: unknown): UsageError {
  const code = codeOf(error);
  if (code === 'ENOENT') return new UsageError(`there is no file ${file}`, { cause: error });
  if (code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR') {
    return new UsageError(`${file} is no whole gzip file: it ends or breaks after line ${line} (${messageOf(error)})`, {
      cause: error,
      hint: 'Copy it again, or unpack what can be unpacked and give that.',
    });
  }
  return new UsageError(`cannot read ${file}${line > 0 ? ` after line ${line}` : ''}: ${messageOf(error)}`, {
    cause: error,
  });
}

function parsed(text: string): LogObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as LogObject) : undefined;
  } catch {
    return undefined;
  }
}
