/** A file that grows by whole lines and may be cut off anywhere by SIGKILL: what is after the last newline is no line. */
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, messageOf, SetupError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';

/** Where a line is: its first byte, and its bytes without the newline. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

const CHUNK_BYTES = 4 * 1024 * 1024;
const NEWLINE = 10;

/** Opens `file` for its owner alone, with its directory; read-only, undefined where there is none. */
export function openPrivate(file: string, write: boolean): number | undefined {
  if (write) {
    makeDirectory(dirname(file), { mode: 0o700, hint: 'SIMCTL_HOME moves the credentials of devices elsewhere.' });
    try {
      const fd = openSync(file, 'a+', 0o600);
      chmodSync(file, 0o600);
      return fd;
    } catch (error) {
      throw cannotWrite(file, error);
    }
  }
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Calls back with each whole line: its place, and its bytes, good until the callback returns. @returns where the last ends. */
export function scanLines(fd: number, onLine: (line: Buffer, span: Span, number: number) => void): number {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let held = 0;
  let base = 0;
  let number = 0;
  for (;;) {
    if (held === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    const got = readSync(fd, buffer, held, buffer.length - held, base + held);
    if (got === 0) return base;
    held += got;
    let start = 0;
    for (let end = buffer.indexOf(NEWLINE); end >= 0 && end < held; end = buffer.indexOf(NEWLINE, start)) {
      onLine(buffer.subarray(start, end), { offset: base + start, length: end - start }, ++number);
      start = end + 1;
    }
    buffer.copyWithin(0, start, held);
    held -= start;
    base += start;
  }
}

/** Takes away what a killed writer left after the last whole line. */
export function trim(fd: number, end: number): void {
  if (fstatSync(fd).size > end) ftruncateSync(fd, end);
}

/**
 * Appends a line with its newline. On a full disk a write may take a part of what it is given: that is taken away again, or
 * the next line would be joined to it.
 * @throws SetupError that names `file`
 */
export function appendLine(fd: number, line: Uint8Array, file: string): void {
  let written = 0;
  try {
    while (written < line.length) written += writeSync(fd, line, written);
  } catch (error) {
    if (written > 0) ftruncateSync(fd, fstatSync(fd).size - written);
    throw cannotWrite(file, error);
  }
}

export function cannotWrite(file: string, error: unknown): SetupError {
  return new SetupError(`cannot write ${file}: ${messageOf(error)}`, {
    cause: error,
    hint: 'Free some space. What is done stays; the same command goes on from there.',
  });
}

export function readSpan(fd: number, { offset, length }: Span): string {
  const bytes = Buffer.allocUnsafe(length);
  const got = readSync(fd, bytes, 0, length, offset);
  return bytes.toString('utf8', 0, got);
}

/**
 * Puts a new file with these lines in the place of `file`: whoever reads sees the old one or the new one, whole.
 * @throws SetupError where the disk is full; the old one stays
 */
export function replaceLines(file: string, lines: Iterable<string>): void {
  const next = `${file}.new`;
  const fd = openSync(next, 'w', 0o600);
  try {
    let chunk = '';
    for (const line of lines) {
      chunk += `${line}\n`;
      if (chunk.length >= 1 << 20) {
        writeFileSync(fd, chunk);
        chunk = '';
      }
    }
    writeFileSync(fd, chunk);
    fsyncSync(fd);
  } catch (error) {
    rmSync(next, { force: true });
    throw cannotWrite(file, error);
  } finally {
    closeSync(fd);
  }
  renameSync(next, file);
}
