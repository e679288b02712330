import type { LineLog } from '../line-log.ts';
import type { Attempt } from '../model.ts';

/** Writes each attempt as a line of sent-*.ndjson (logs.ts, `SentLine`). */
export function sendLog(log: LineLog): (attempt: Attempt) => void {
  return (attempt) => log.write(sentLine(attempt));
}

/** Times keep microseconds: three decimals of a millisecond. */
export function sentLine({ update, dueAt, sentAt, doneAt, failure }: Attempt): string {
  const { deviceId, seq, sampleTime, position } = update;
  const head = `{"id":${JSON.stringify(deviceId)},"seq":${seq},"sampleTime":${sampleTime},"position":[${position[0]},${position[1]}]`;
  const times = `"dueAt":${dueAt.toFixed(3)},"sentAt":${sentAt.toFixed(3)},"doneAt":${doneAt.toFixed(3)}`;
  return failure === undefined ? `${head},${times}}` : `${head},${times},"failure":${JSON.stringify(failure)}}`;
}
