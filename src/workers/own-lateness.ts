import { type LoopUse, readLoopUse } from '../loop-use.ts';

/**
 * Whose doing lateness is. A device sends its next update once the last is answered, so a thread with too much to do makes its
 * devices late not by waking them late (`lag`), but by reading their answers late. Then they are late while its event loop is at work
 * without a pause; devices that wait for a slow target are late while it waits with them.
 */
export interface OwnLateness {
  /** From time to time. @param lateMs of all updates so far, together */
  note(lateMs: number): void;
  sums(): LatenessSums;
}

export interface LatenessSums {
  /** Of all updates together. */
  readonly lateMs: number;
  /** The same, each by the part of the time that the event loop was at work then. */
  readonly busyLateMs: number;
}

export function newOwnLateness(read: () => LoopUse = readLoopUse): OwnLateness {
  let before = read();
  let [lateMs, busyLateMs] = [0, 0];
  return {
    note(now) {
      const use = read();
      const active = use.active - before.active;
      const passed = active + use.idle - before.idle;
      if (!(passed > 0)) return;
      busyLateMs += ((now - lateMs) * active) / passed;
      lateMs = now;
      before = use;
    },
    sums: () => ({ lateMs, busyLateMs }),
  };
}
