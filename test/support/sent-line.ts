import type { Attempt } from '../../src/model.ts';
import { TextBytes } from '../../src/text-bytes.ts';
import { writeSentLine } from '../../src/workers/send-log.ts';

/** An attempt as its line of the send log. */
export function sentLine(attempt: Attempt): string {
  const out = new TextBytes();
  writeSentLine(out, attempt);
  return out.toString();
}
