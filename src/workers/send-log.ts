import type { PiecewiseLog } from '../line-log.ts';
import type { Attempt } from '../model.ts';
import { literalOf, type TextBytes } from '../text-bytes.ts';

const ID = literalOf('{"id":');
const SEQ = literalOf(',"seq":');
const SAMPLE_TIME = literalOf(',"sampleTime":');
const POSITION = literalOf(',"position":[');
const DUE_AT = literalOf('],"dueAt":');
const SENT_AT = literalOf(',"sentAt":');
const DONE_AT = literalOf(',"doneAt":');
const FAILURE = literalOf(',"failure":');
const COMMA = 0x2c;
const CLOSING_BRACE = 0x7d;

/** Writes each attempt as a line of sent-*.ndjson (logs.ts, `SentLine`). */
export function sendLog(log: PiecewiseLog): (attempt: Attempt) => void {
  return (attempt) => {
    writeSentLine(log.line, attempt);
    log.endLine();
  };
}

/** Times keep microseconds: three decimals of a millisecond. */
export function writeSentLine(out: TextBytes, { update, dueAt, sentAt, doneAt, failure }: Attempt): void {
  const { deviceId, seq, sampleTime, position } = update;
  out.literal(ID).string(deviceId).literal(SEQ).number(seq).literal(SAMPLE_TIME).number(sampleTime);
  out.literal(POSITION).number(position[0]).byte(COMMA).number(position[1]);
  out.literal(DUE_AT).fixed3(dueAt).literal(SENT_AT).fixed3(sentAt).literal(DONE_AT).fixed3(doneAt);
  if (failure !== undefined) out.literal(FAILURE).string(failure);
  out.byte(CLOSING_BRACE);
}
