import { rename, rm } from 'node:fs/promises';
import { openLineLog } from '../line-log.ts';
import { makeDirectoryOf } from '../make-directory.ts';
import type { Fate } from './fate.ts';

/** fates.ndjson: a line for each update that was neither seen nor superseded. */
export interface FateList {
  add(id: string, fate: Fate): void;
  /** What was added has left memory. @throws RunError where the disk is full */
  flush(): Promise<void>;
  /** Until here, the file does not exist: it is written beside and renamed. */
  finish(): Promise<void>;
}

export async function openFateList(file: string): Promise<FateList> {
  makeDirectoryOf(file, 'Choose another place with --fates.');
  const partial = `${file}.partial`;
  await rm(partial, { force: true }); // of an analysis that was cut off
  const log = openLineLog(partial);
  const orGone = (work: Promise<void>) =>
    work.catch(async (error) => {
      await rm(partial, { force: true }).catch(() => {});
      throw error;
    });
  return {
    add(id, { sent: { seq, sampleTime, sentAt, failure }, sender, backend, code, evidence }) {
      log.write(JSON.stringify({ id, seq, sampleTime, sentAt, sender, failure, backend, code, evidence }));
    },
    flush: () => orGone(log.flush()),
    async finish() {
      await orGone(log.close());
      await rename(partial, file);
    },
  };
}
