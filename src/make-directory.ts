import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf, messageOf, SetupError, UsageError } from './errors.ts';

interface Wanted {
  /** What it is to be, where an error says that it cannot be. */
  readonly what?: string;
  /** What to do where it cannot be made. */
  readonly hint: string;
  readonly mode?: number;
}

/**
 * Makes a directory and those above it; one that is there is left as it is. Node 20's own `recursive` never ends where a
 * file system answers ENOENT though the directory above is there, as /proc does. @throws SetupError
 */
export function makeDirectory(dir: string, { what = 'the directory', hint, mode = 0o777 }: Wanted): void {
  try {
    make(dir, mode);
  } catch (error) {
    throw new SetupError(`cannot make ${what} ${dir}: ${reasonOf(error, dir)}`, {
      cause: error,
      hint: codeOf(error) === 'ENOSPC' ? `The disk is full. ${hint}` : hint,
    });
  }
}

/** The directory of a file that is to be written. @throws UsageError where a directory is in the file's place; SetupError */
export function makeDirectoryOf(file: string, hint: string): void {
  if (isDirectory(file)) throw new UsageError(`${file} is a directory, and a file is to be written`, { hint });
  makeDirectory(dirname(resolve(file)), { hint });
}

function make(dir: string, mode: number): void {
  try {
    mkdirSync(dir, mode);
  } catch (error) {
    if (isDirectory(dir)) return;
    const above = dirname(dir);
    if (codeOf(error) !== 'ENOENT' || above === dir || isDirectory(above)) throw error;
    make(above, mode);
    make(dir, mode);
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function reasonOf(error: unknown, dir: string): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return `no directory can be made in ${dirname((error as NodeJS.ErrnoException).path ?? dir)}`;
    case 'EEXIST':
    case 'ENOTDIR':
      return `${inTheWay(dir)} is no directory`;
    default:
      return messageOf(error);
  }
}

function inTheWay(path: string): string {
  try {
    lstatSync(path);
    return path;
  } catch {
    return path === dirname(path) ? path : inTheWay(dirname(path));
  }
}
