/**
 * `simctl local --data-dir`: what the stand-in holds, in an LMDB environment, so that nothing it has acknowledged is lost
 * when its process is killed. Memory stays what is read; this is written beside it, in the order of the changes, and
 * whoever answers a client waits for `settled` first. (After a power failure the last changes may be missing: LMDB
 * hands them to the system at once, and to the disk a moment later.)
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { messageOf, RunError, SetupError } from '../../errors.ts';
import { lockForWriting, type WriterLock } from '../../fleet/writer-lock.ts';
import { makeDirectory } from '../../make-directory.ts';
import type { AuthorityKeys } from '../certificate-authority.ts';
import type { TrackerRecord } from '../trackers/journal.ts';
import { checkLmdbFile } from './lmdb-file.ts';
import { type SavedTrackers, savedTrackers, type Write } from './saved-trackers.ts';
import type { Shelves } from './shelf.ts';

export interface DataDirectory {
  readonly trackers: SavedTrackers;
  /** Everything that is not a tracker. */
  readonly shelves: Shelves;
  /** The keys of the first time, or those of `create`, which are then kept. */
  authority(create: () => AuthorityKeys): AuthorityKeys;
  /** Resolves once all that was written so far would survive the process. Undefined: it does now. @throws where it could not be written. */
  settled(): Promise<unknown> | undefined;
  close(): Promise<void>;
}

export interface DataDirectoryOptions {
  /** ARNs in it name it. */
  readonly region: string;
  /**
   * Told once, when something could not be written. It ends the process: lmdb rejects promises of its own then, which
   * nobody can catch.
   */
  readonly onFailure: (error: Error) => void;
}

/** What lmdb rejects a write with. */
interface WriteError extends Error {
  readonly commitError?: Promise<never>;
}

/** Of what is in the directory. Another one is refused; there is no other yet. */
const FORMAT = 1;

/** @throws SetupError where the directory cannot be used, is used, or holds what is not for this stand-in. */
export function openDataDirectory(dir: string, { region, onFailure }: DataDirectoryOptions): DataDirectory {
  const lock = lockDirectory(dir);
  let root: RootDatabase | undefined;
  try {
    const file = join(dir, 'stand-in.mdb');
    // The authority's key is in it.
    for (const name of [file, `${file}-lock`]) {
      closeSync(openSync(name, 'a', 0o600));
      chmodSync(name, 0o600);
    }
    checkLmdbFile(file);
    root = open({ path: file, noSubdir: true, maxDbs: 8 });
    return directoryOf(dir, root, { region, onFailure }, lock);
  } catch (error) {
    void root?.close();
    lock.release();
    if (error instanceof SetupError) throw error;
    throw new SetupError(`cannot use the data directory ${dir}: ${messageOf(error)}`, {
      hint: 'Name another one with --data-dir; what is in this one is left as it is.',
      cause: error,
    });
  }
}

function lockDirectory(dir: string): WriterLock {
  makeDirectory(dir, { what: 'the data directory', mode: 0o700, hint: 'Name another one with --data-dir.' });
  try {
    return lockForWriting(join(dir, 'data.lock'));
  } catch (error) {
    const inUse = error instanceof SetupError;
    throw new SetupError(
      inUse
        ? `another stand-in uses the data directory ${dir}: ${error.message}`
        : `cannot use the data directory ${dir}: ${messageOf(error)}`,
      { hint: `Name another one with --data-dir${inUse ? ', or stop that one' : ''}.`, cause: error },
    );
  }
}

function directoryOf(
  dir: string,
  root: RootDatabase,
  { region, onFailure }: DataDirectoryOptions,
  lock: WriterLock,
): DataDirectory {
  const meta = root.openDB<unknown, string>({ name: 'meta', encoding: 'json' });
  const shelf = root.openDB<unknown, [kind: string, place: number]>({ name: 'shelves', encoding: 'json' });
  checkFormat(dir, meta, region);

  let pending: Promise<boolean> | undefined;
  let failure: Error | undefined;
  // All writes of one turn have one promise, and turns come to their end in order.
  const write: Write = (begin) => {
    // After a failed commit lmdb is not to be relied upon, down to its memory.
    if (failure) return;
    const writing = begin();
    if (writing === pending) return;
    pending = writing;
    writing.then(
      () => {
        if (pending === writing) pending = undefined;
      },
      (error: WriteError) => {
        // lmdb has printed what the system said.
        error.commitError?.catch(() => {});
        if (failure) return;
        failure = new RunError(`the data directory ${dir} cannot be written`, {
          hint: 'Free some space, or name another one with --data-dir; what was acknowledged is in this one.',
          cause: error,
        });
        onFailure(failure);
      },
    );
  };
  if (meta.get('format') === undefined) {
    write(() => meta.put('format', FORMAT));
    write(() => meta.put('region', region));
  }
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const trackers = savedTrackers(
    {
      trackers: root.openDB<TrackerRecord, number>({ name: 'trackers', encoding: 'json' }),
      devices: root.openDB<Buffer, Buffer>({ name: 'devices', ...binary }),
      positions: root.openDB<Buffer, Buffer>({ name: 'positions', ...binary }),
    },
    write,
  );

  return {
    trackers,
    shelves: (kind) => ({
      *entries() {
        for (const { key, value } of shelf.getRange({ start: [kind, 0], end: [kind, Number.MAX_SAFE_INTEGER] }))
          yield [key[1], value];
      },
      put: (place, record) => write(() => shelf.put([kind, place], record)),
      remove: (place) => write(() => shelf.remove([kind, place])),
    }),
    authority(create) {
      const kept = meta.get('authority') as AuthorityKeys | undefined;
      if (kept) return kept;
      const created = create();
      write(() => meta.put('authority', created));
      return created;
    },
    settled() {
      if (failure) return Promise.reject(failure);
      return pending?.then(() => {
        if (failure) throw failure;
      });
    },
    async close() {
      trackers.close();
      await pending?.catch(() => {});
      await root.close();
      lock.release();
    },
  };
}

function checkFormat(dir: string, meta: Database<unknown, string>, region: string): void {
  const format = meta.get('format');
  if (format === undefined) return;
  if (format !== FORMAT)
    throw new SetupError(`the data directory ${dir} has format ${String(format)}, and this simctl reads ${FORMAT}`, {
      hint: 'Use the simctl that made it, or name another one with --data-dir.',
    });
  const made = meta.get('region');
  if (made !== region)
    throw new SetupError(`the data directory ${dir} was made for the region ${String(made)}, not ${region}`, {
      hint: `Start with --region ${String(made)}, or name another one with --data-dir.`,
    });
}
