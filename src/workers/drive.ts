import type { PausableClock } from '../clock.ts';
import type { Attempt, FailureCode, Fix, Track } from '../model.ts';
import type { Transport } from '../transports/transport.ts';
import { failureCode } from '../transports/transport.ts';
import { type Pacer, WHEN_FREE } from './pacer.ts';

/** What all devices of a shard share. */
export interface Road {
  readonly clock: Pick<PausableClock, 'now' | 'until' | 'letsThrough'>;
  readonly transport: Transport;
  readonly pacer: Pacer;
  /** Epoch ms of the common start; a pause moves it on, and with it all that is still due. */
  readonly start: () => number;
  /** ms after the start at which the pace ends, whatever fixes are left; infinite where it goes on. What was due before is still sent. */
  readonly end: number;
  /** The paper's sleep after each acknowledgement (section 4.4), ms; keeps a device's updates apart in the backend. */
  readonly minGap: number;
  /** The sample time to send: shifted into the trackers' window, or the present. */
  readonly stamp: (fix: Fix, dueAt: number) => number;
  readonly record: (attempt: Attempt) => void;
}

/**
 * One device, whole. Its order, and one update in flight at a time, are enforced nowhere: they are what `await` in a
 * `for` means. Returns early where the run is stopping, or its pace has ended.
 */
export async function drive({ deviceId, fixes }: Track, deviceIndex: number, road: Road): Promise<void> {
  const { clock, transport, pacer, start, end, minGap, stamp, record } = road;
  // ms after the start, so that a pause moves both.
  let [seq, free] = [0, 0];
  for (const fix of fixes) {
    const due = pacer(fix, seq, deviceIndex, free);
    if ((due === WHEN_FREE ? free : due) >= end) return;
    const ready = Math.max(due, free);
    if (!clock.letsThrough(start() + ready) && !(await clock.until(start() + ready))) return;
    const sentAt = clock.now();
    const readyAt = start() + ready;
    const dueAt = due === WHEN_FREE ? sentAt : start() + due;
    // Member by member: spreading the fix would cost more than all the rest of this loop.
    const { position, motion } = fix;
    const update = { deviceId, seq: seq++, sampleTime: stamp(fix, dueAt), position, motion };
    let failure: FailureCode | undefined;
    try {
      await transport.send(update);
    } catch (error) {
      failure = failureCode(error);
    }
    const doneAt = clock.now();
    record({ update, dueAt, readyAt, sentAt, doneAt, failure });
    free = doneAt - start() + minGap;
  }
}
