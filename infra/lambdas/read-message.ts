/** From what the topic rule hands on to an update, if it is one that the device may make. */
import { messageOf } from '../../src/errors.ts';
import { decode, type WireUpdate } from '../../src/wire.ts';
import { report } from './write-positions.ts';

/** Beyond it there is no date, and the SDK cannot write one. */
const LAST_TIME = 8.64e15;

/**
 * `SELECT *, topic(2) AS device`: the payload, and the device on whose topic it came, which its certificate proves.
 * Undefined where it is refused for good; the line is printed.
 */
export function readMessage(event: unknown): WireUpdate | undefined {
  const { device } = (typeof event === 'object' && event !== null ? event : {}) as { device?: unknown };
  const id = typeof device === 'string' ? device : '';
  let update: WireUpdate;
  try {
    update = decode(event);
    if (Math.abs(update.sampleTime) > LAST_TIME) throw new Error('payload.timestamp is no time');
  } catch (error) {
    report({ id, code: 'Malformed', message: messageOf(error) });
    return undefined;
  }
  if (update.deviceId === id) return update;
  report({
    id,
    sampleTime: update.sampleTime,
    ...(update.seq === undefined ? {} : { seq: update.seq }),
    code: 'DeviceMismatch',
    message: `the payload names ${JSON.stringify(update.deviceId)}`,
  });
  return undefined;
}
