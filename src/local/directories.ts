/** The directories of a stand-in, each for one at a time. */
import { join } from 'node:path';
import { messageOf, SetupError } from '../errors.ts';
import { lockForWriting, type WriterLock } from '../fleet/writer-lock.ts';
import { makeDirectory } from '../make-directory.ts';
import type { DataDirectory } from './data-dir/data-directory.ts';

/** One stand-in a directory: two would hand out each other's certificates. @throws SetupError */
export async function openDirectory(dir: string): Promise<WriterLock> {
  makeDirectory(dir, { hint: 'Name another one with --dir.' });
  try {
    return lockForWriting(join(dir, 'stand-in.lock'));
  } catch (error) {
    if (error instanceof SetupError && error.cause !== undefined) throw error;
    const inUse = error instanceof SetupError;
    throw new SetupError(
      inUse ? `another stand-in uses ${dir}: ${error.message}` : `cannot use the directory ${dir}: ${messageOf(error)}`,
      {
        hint: `Name another directory with --dir${inUse ? ', or stop that one' : ''}.`,
        cause: error,
      },
    );
  }
}

interface DataOptions {
  readonly region: string;
  /** Given back where the data cannot be had. */
  readonly lock: WriterLock;
  /** The data can no longer be written. */
  readonly fail: (error: Error) => void;
}

/** What outlives the process. The embedded store is loaded only here. @throws SetupError */
export async function openData(dir: string, { region, lock, fail }: DataOptions): Promise<DataDirectory> {
  try {
    const { openDataDirectory } = await import('./data-dir/data-directory.ts');
    return openDataDirectory(dir, { region, onFailure: fail });
  } catch (error) {
    lock.release();
    throw error;
  }
}
