import { createReadStream } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { codeOf, isSimctlError, messageOf, UsageError } from '../errors.ts';
import { newLineScanner } from './line-scanner.ts';
import { formOf, type LineForm, type ReadLine } from './log-forms.ts';
import { noObject, withoutMark } from './no-object.ts';
import { isPacked } from './packed.ts';

export type LogObject = Record<string, unknown>;

/** How much of a log there was. */
export interface ReadLog {
  /** Whole lines, blank ones aside. */
  readonly lines: number;
  /** Number of the half-written last line, which SIGKILL leaves; it was passed over. */
  readonly halfLine?: number;
}

/** The lines of a log as they come, counted, and judged where they are in no known form. */
export interface LineCount {
  /** How many have come, blank ones too. */
  readonly line: number;
  /** One that needs no judging. */
  taken(): void;
  /** @throws UsageError that names file and line, for what is no JSON object */
  other(text: string): void;
  /** @param rest what came behind the last newline */
  end(rest: string): ReadLog;
}

export function newLineCount(file: string, take: (value: LogObject, line: number) => void): LineCount {
  let [line, lines] = [0, 0];
  const other = (text: string) => {
    line++;
    if (text.trim() === '') return;
    const value = parsed(withoutMark(text, line));
    if (value === undefined) throw noObject(file, line, text);
    lines++;
    take(value, line);
  };
  return {
    get line() {
      return line;
    },
    taken() {
      line++;
      lines++;
    },
    other,
    end(rest) {
      if (rest.trim() === '') return { lines };
      if (parsed(withoutMark(rest, line + 1)) === undefined) return { lines, halfLine: line + 1 };
      other(rest);
      return { lines };
    },
  };
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
      const value = parsed(withoutMark(text, line));
      if (value === undefined) throw noObject(file, line, text);
      lines++;
      if (take(value, line) === false) return { lines };
    }
  }
  if (rest.trim() === '') return { lines };
  const value = parsed(withoutMark(rest, line + 1));
  if (value === undefined) return { lines, halfLine: line + 1 };
  take(value, line + 1);
  return { lines: lines + 1 };
}

/**
 * The same, for logs of which most lines have one of `forms`: those are read from their bytes into `line`, and go to `take`
 * with the number of their form. The others are parsed and go to `slow`.
 */
export async function scanLog(
  file: string,
  forms: readonly LineForm[],
  line: ReadLine,
  take: (form: number, bytes: Uint8Array) => void,
  slow: (value: LogObject, line: number) => void,
): Promise<ReadLog> {
  const count = newLineCount(file, slow);
  const scanner = newLineScanner((bytes) => {
    const form = formOf(forms, bytes, line);
    if (form < 0) return false;
    take(form, bytes.bytes);
    count.taken();
    return true;
  }, count.other);
  for await (const chunk of bytesOf(file, () => count.line)) scanner.feed(chunk);
  return count.end(scanner.rest.toString('utf8'));
}

const CHUNK_BYTES = 1 << 20;

/** A file's bytes in order. A chunk is valid until the next is asked for: a plain file's are all in one place. */
async function* bytesOf(file: string, line: () => number): AsyncGenerator<Buffer> {
  if (await isPacked(file)) return yield* chunksOf(file, line, (chunk) => chunk);
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
    for await (const chunk of (await open(file)) as AsyncIterable<Buffer>) yield as(chunk);
  } catch (error) {
    throw unreadable(file, line(), error);
  }
}

async function open(file: string): Promise<Readable> {
  const packed = await isPacked(file);
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  if (!packed) return raw;
  // What fails is thrown by whoever reads; whoever stops reading closes the file.
  return pipeline(raw, createGunzip({ chunkSize: 1 << 20 }), () => {});
}

function unreadable(file: string, line: number, error: unknown): UsageError {
  const code = codeOf(error);
  if (code === 'ENOENT') return new UsageError(`there is no file ${file}`, { cause: error });
  if (code === 'EISDIR') {
    return new UsageError(`${file} is a directory, and a log is wanted`, {
      cause: error,
      hint: `Name one file in it; or, if it is a run's directory, it alone: simctl analyse ${file}`,
    });
  }
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
