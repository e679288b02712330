/** Whether a receive log has latitude and longitude the other way round from the send logs of the same run. */
import type { ReceivedLine, SentLine } from '../logs.ts';
import type { Position } from '../model.ts';
import { readLog } from './read-log.ts';

/** So many lines tell: all of a log have their axes in one order. */
const SAMPLE_LINES = 200;
/** Of the send logs; the first updates that were seen are among the first that were sent. */
const MOST_SENT_LINES = 200_000;
/** A backend may round; a swap is further off than that, but for a place whose latitude is its longitude. */
const NEAR_DEGREES = 1e-4;

/** A note that names the log, or none. Logs of simctl are joined on sample times, so that their fates stand either way. */
export async function swappedAxesNote(sent: readonly string[], received: string | undefined): Promise<string[]> {
  if (received === undefined) return [];
  const seen = new Map<string, Position>();
  await readLog(received, (value) => {
    const { id, sampleTime, position } = value as unknown as ReceivedLine;
    seen.set(`${id} ${sampleTime}`, position);
    return seen.size < SAMPLE_LINES ? undefined : false;
  });
  let [asTheyAre, turned] = [0, 0];
  for (const file of sent) {
    if (asTheyAre + turned >= SAMPLE_LINES) break;
    await readLog(file, (value, line) => {
      if ('fault' in value) return undefined;
      const { id, sampleTime, position } = value as unknown as SentLine;
      const shown = seen.get(`${id} ${sampleTime}`);
      if (shown !== undefined) {
        if (near(position, shown)) asTheyAre++;
        else if (near(position, [shown[1], shown[0]])) turned++;
      }
      return asTheyAre + turned >= SAMPLE_LINES || line >= MOST_SENT_LINES ? false : undefined;
    });
  }
  if (turned <= asTheyAre) return [];
  return [
    `latitude and longitude are swapped: ${turned} of ${asTheyAre + turned} positions looked at in ${received} are those that were sent, the other way round. Fates and latencies do not depend on it; maps do`,
  ];
}

function near(a: Position, b: Position): boolean {
  return Math.abs(a[0] - b[0]) < NEAR_DEGREES && Math.abs(a[1] - b[1]) < NEAR_DEGREES;
}
