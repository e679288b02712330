/**
 * What became of every update of one device: two independent verdicts, each with its evidence (docs/ARCHITECTURE.md,
 * "The fate of an update"). Pure. Where evidence is missing the verdict is `unexplained`, never a guess.
 */
import { type BackendVerdict, type FailureCode, type SenderVerdict, senderVerdict } from '../model.ts';

/** Everything known of one device. Times are epoch ms; sample times are what joins the logs. */
export interface DeviceEvidence {
  readonly sent: readonly SentUpdate[];
  /** Sample times that a viewer saw. */
  readonly seen: { has(sampleTime: number): boolean };
  /** Whether there was a viewer at all. */
  readonly watched: boolean;
  /** Sample times that the tracker holds. */
  readonly stored: { has(sampleTime: number): boolean; keys(): Iterable<number> };
  /** Windows of sample time, [from, to), over which the whole history was read. */
  readonly swept: readonly { readonly from: number; readonly to: number }[];
  /** What the tracker answered, by sample time; undefined: there is no ingest log, and a missing line means nothing. */
  readonly answers: ReadonlyMap<number, Answers> | undefined;
  /** Why `answers` may lack one of this device, if so. */
  readonly doubt: string | undefined;
}

export interface SentUpdate {
  readonly seq: number;
  readonly sampleTime: number;
  readonly sentAt: number;
  readonly failure?: FailureCode;
  /** The sender itself asked the tracker, and no answer came: what the tracker made of it, nobody noted. */
  readonly answerMissed?: boolean;
}

/** All lines of the ingest log on one update. */
export interface Answers {
  /** How often the tracker reported no error. */
  taken: number;
  /** The last line's code; undefined where it has none. */
  code: string | undefined;
  message: string | undefined;
}

export interface Fate {
  readonly sent: SentUpdate;
  readonly sender: SenderVerdict;
  readonly backend: BackendVerdict;
  /** Of `refused`. */
  readonly code?: string;
  readonly evidence: string;
}

type Verdict = Pick<Fate, 'backend' | 'code' | 'evidence'>;

/** Amazon Location's time-based filter: an update less than this after the stored one is not stored. */
const FILTER_MS = 30_000;

export function fatesOf(device: DeviceEvidence): Fate[] {
  const storedTimes = [...device.stored.keys()].sort((a, b) => a - b);
  return device.sent.map((sent) => ({
    sent,
    sender: senderVerdict(sent.failure),
    ...backendVerdict(sent, device, storedTimes),
  }));
}

function backendVerdict(update: SentUpdate, device: DeviceEvidence, storedTimes: readonly number[]): Verdict {
  const { sampleTime } = update;
  if (device.seen.has(sampleTime)) return { backend: 'seen', evidence: 'a poll returned it' };
  if (device.stored.has(sampleTime)) return unseen(sampleTime, device, storedTimes);
  const swept = device.swept.some(({ from, to }) => sampleTime >= from && sampleTime < to);
  const answers = device.answers?.get(sampleTime);
  if (answers?.code !== undefined) return refused(answers, answers.code, swept);
  if (!swept) return unexplained("neither seen nor refused, and the device's history was not read");
  if (answers !== undefined) return filtered(sampleTime, storedTimes);
  if (device.answers === undefined) return unexplained('not stored, and there is no ingest log');
  if (update.answerMissed) return unexplained('not stored, and the answer of the tracker did not arrive');
  if (device.doubt !== undefined) return unexplained(`not stored, and ${device.doubt}`);
  return { backend: 'lost', evidence: 'not stored, and the ingest log does not know it' };
}

/** Stored and not seen: only if a viewer looked, and a newer one was stored, is that the reason. */
function unseen(sampleTime: number, { watched }: DeviceEvidence, storedTimes: readonly number[]): Verdict {
  if (!watched) return unexplained('stored; no viewer looked');
  if (storedTimes.at(-1) === sampleTime) return unexplained('stored, the newest, and yet no poll returned it');
  return { backend: 'superseded', evidence: 'stored, no poll returned it, and a newer one was stored' };
}

function refused({ taken, message }: Answers, code: string, swept: boolean): Verdict {
  // Delivered twice, taken and then refused as a repetition: only the history can say that it is not stored.
  if (taken > 0 && !swept) return unexplained(`taken, then refused (${code}), and the device's history was not read`);
  return { backend: 'refused', code, evidence: message ?? `the tracker answered ${code}` };
}

function filtered(sampleTime: number, storedTimes: readonly number[]): Verdict {
  const before = predecessor(storedTimes, sampleTime);
  if (before === undefined) return unexplained('taken without error and not stored; what was stored before is unknown');
  const gap = sampleTime - before;
  if (gap < FILTER_MS) return { backend: 'filtered', evidence: `taken without error, ${gap} ms after a stored one` };
  return unexplained(`taken without error and not stored, though ${gap} ms after the stored one before it`);
}

function unexplained(evidence: string): Verdict {
  return { backend: 'unexplained', evidence };
}

/** The latest of `times` (ascending) that is before `at`. */
function predecessor(times: readonly number[], at: number): number | undefined {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return times[low - 1];
}
