import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { codeOf, SetupError } from '../errors.ts';
import { isRunning } from '../process-alive.ts';
import { cannotWrite } from './appended-lines.ts';

/** The right to write in a directory. Goes with `release`, or with the process. */
export interface WriterLock {
  release(): void;
}

/**
 * Takes the lock `file`, which holds the pid of its owner; one left by a process that is no more is taken over.
 * @throws SetupError where a running process holds it, or it cannot be written.
 */
export function lockForWriting(file: string): WriterLock {
  while (!tryCreate(file)) {
    const owner = ownerOf(file);
    if (owner !== undefined && isRunning(owner)) throw inUse(file, owner);
    removeStale(file, owner);
  }
  return {
    release() {
      if (ownerOf(file) === process.pid) rmSync(file, { force: true });
    },
  };
}

function tryCreate(file: string): boolean {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'wx', 0o600);
    writeSync(fd, `${process.pid}\n`);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (fd === undefined) throw error;
    rmSync(file, { force: true });
    throw cannotWrite(file, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Undefined where the lock is gone, or holds no pid (its owner died between making and filling it). */
function ownerOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Two may find the same stale lock: what was moved aside is looked at again, and a live one refused rather than lost. */
function removeStale(file: string, seen: number | undefined): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const owner = ownerOf(aside);
  if (owner !== seen && owner !== undefined && isRunning(owner)) {
    renameSync(aside, file);
    throw inUse(file, owner);
  }
  rmSync(aside, { force: true });
}

function inUse(file: string, owner: number): SetupError {
  return new SetupError(`${file} is held by process ${owner}`, {
    hint: `Wait until it has finished, or end it; one process at a time changes a target's devices.`,
  });
}
