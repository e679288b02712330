import { readLog } from '../../analyser/read-log.ts';
import type { SentLine } from '../../logs.ts';
import { senderVerdict } from '../../model.ts';
import { sentLogs } from '../run-directory.ts';

/**
 * When the last answer of a run came, from its send logs. Its last attempt may have ended later: by waiting for an answer in vain.
 * @returns epoch ms; undefined where nothing was answered
 */
export async function lastAnswerOf(dir: string): Promise<number | undefined> {
  let last: number | undefined;
  for (const file of await sentLogs(dir)) {
    await readLog(file, (line) => {
      const { doneAt, failure } = line as unknown as SentLine;
      if (typeof doneAt !== 'number' || senderVerdict(failure) === 'unknown') return;
      if (last === undefined || doneAt > last) last = doneAt;
    });
  }
  return last;
}
