import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { codeOf, messageOf, SetupError, UsageError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { partialBeside } from '../partial.ts';

/** A file that is written beside its place and put there whole: nobody sees half of it, and it replaces what was there. */
export interface OutputFile {
  /** Await what it returns, or a slow disk fills the memory. @throws SetupError where the disk refuses */
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  /** Leaves what was there before. */
  abort(): Promise<void>;
}

const CHUNK_BYTES = 1 << 20;

/** @param path ending with `.gz`: what is written is compressed. @throws UsageError where it is a directory; SetupError */
export async function openOutputFile(path: string): Promise<OutputFile> {
  const place = resolve(path);
  const found = await stat(place).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    throw new UsageError(`${path} is no file`, { hint: 'Choose another name for it.' });
  }
  let partial: string;
  const cannotWrite = (error: unknown) =>
    new SetupError(`cannot write ${path}: ${reasonOf(error, place)}`, {
      cause: error,
      hint: `${codeOf(error) === 'ENOSPC' ? 'Free some space or choose' : 'Choose'} another place; nothing half-written was left.`,
    });
  makeDirectory(dirname(place), { hint: `Choose another place for ${path}.` });
  try {
    partial = await partialBeside(place);
  } catch (error) {
    throw cannotWrite(error);
  }
  const file = createWriteStream(partial, { highWaterMark: CHUNK_BYTES });
  const gzip = place.endsWith('.gz') ? createGzip({ chunkSize: CHUNK_BYTES }) : undefined;
  const entrance: Writable = gzip ?? file;
  const written = gzip ? pipeline(gzip, file) : finished(file);
  written.catch(() => {}); // whoever writes next is told
  return {
    async write(bytes) {
      if (!entrance.destroyed && (bytes.length === 0 || entrance.write(bytes))) return;
      if (!entrance.destroyed) await drained(entrance);
      if (entrance.destroyed) await written.catch((error) => Promise.reject(cannotWrite(error)));
    },
    async finish() {
      try {
        entrance.end();
        await written;
        await rename(partial, place);
      } catch (error) {
        await rm(partial, { force: true });
        throw cannotWrite(error);
      }
    },
    async abort() {
      entrance.destroy();
      await written.catch(() => {});
      await rm(partial, { force: true });
    },
  };
}

/** Without the name that the file has until it is whole. */
function reasonOf(error: unknown, place: string): string {
  switch (codeOf(error)) {
    // The directory is there: some, such as /proc, take no files.
    case 'ENOENT':
      return `no file can be made in ${dirname(place)}`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${dirname(place)} may not be written to`;
    default:
      return messageOf(error);
  }
}

/** Resolves when it takes more, or will never take more. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.once('drain', settle).once('close', settle);
  });
}
