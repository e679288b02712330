/**
 * How late updates would have been without the harm that was done on purpose. A device has one update under way at a time, so the
 * time of it in which the device was harmed makes all that follow late, until it has caught up:
 *
 *     late without harm  =  late − excuse
 *     excuse of the next =  the least of its lateness, and of: excuse + harmed time while this one was under way
 */
import type { Attempt } from '../model.ts';

export interface UnharmedLateness {
  /** A device is harmed from `at` on. @returns to be called when it is back */
  harmed(deviceId: string, at: number): (at: number) => void;
  /** Each attempt of a device, in order. */
  note(attempt: Pick<Attempt, 'dueAt' | 'sentAt' | 'doneAt'>, deviceId: string): void;
  /** Updates that would have been late beyond the limit all the same. */
  count(): number;
}

interface Patient {
  excuse: number;
  /** Of several harms at a time, the time in which there was any. */
  spells: { readonly from: number; to: number }[];
  lasting: number;
}

export function newUnharmedLateness(limitMs: number): UnharmedLateness {
  const patients = new Map<string, Patient>();
  let late = 0;
  return {
    harmed(deviceId, at) {
      const patient = patients.get(deviceId) ?? { excuse: 0, spells: [], lasting: 0 };
      patients.set(deviceId, patient);
      if (patient.lasting++ === 0) patient.spells.push({ from: at, to: Number.POSITIVE_INFINITY });
      return (back) => {
        if (--patient.lasting === 0) patient.spells.at(-1)!.to = back;
      };
    },
    note({ dueAt, sentAt, doneAt }, deviceId) {
      const patient = patients.get(deviceId);
      const excused = Math.min(sentAt - dueAt, patient?.excuse ?? 0);
      if (sentAt - dueAt - excused > limitMs) late++;
      if (patient === undefined) return;
      const harmedMs = patient.spells.reduce(
        (sum, { from, to }) => sum + Math.max(0, Math.min(to, doneAt) - Math.max(from, sentAt)),
        0,
      );
      patient.excuse = excused + harmedMs;
      // The next is sent after this.
      if (patient.spells.length > 0) patient.spells = patient.spells.filter(({ to }) => to > doneAt);
    },
    count: () => late,
  };
}
