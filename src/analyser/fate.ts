/**
 * What became of every update of one device: two independent verdicts, each with its evidence (docs/ARCHITECTURE.md,
 * "The fate of an update"). Pure. Where evidence is missing the verdict is `unexplained`, never a guess.
 */
import type { IngestLine, SentLine, StoredLine } from '../logs.ts';
import { type BackendVerdict, type SenderVerdict, senderVerdict } from '../model.ts';

/** Everything known of one device. */
export interface DeviceEvidence {
  readonly sent: readonly SentLine[];
  /** Sample times that a viewer saw. */
  readonly seen: ReadonlySet<number>;
  /** What the tracker holds, by sample time. */
  readonly stored: ReadonlyMap<number, StoredLine>;
  /** The whole history was read over this window of sample time; undefined: it was not. */
  readonly swept: { readonly from: number; readonly to: number } | undefined;
  /** The handler's lines by sample time, in their order. */
  readonly ingest: ReadonlyMap<number, readonly IngestLine[]>;
  /** Whether there is an ingest log at all; without one, a missing line means nothing. */
  readonly ingestLogged: boolean;
}

export interface Fate {
  readonly sent: SentLine;
  readonly sender: SenderVerdict;
  readonly backend: BackendVerdict;
  /** Of `refused`. */
  readonly code?: string;
  readonly evidence: string;
}

/** Amazon Location's time-based filter: an update less than this after the stored one is not stored. */
const FILTER_MS = 30_000;

export function fatesOf(device: DeviceEvidence): Fate[] {
  const storedTimes = [...device.stored.keys()].sort((a, b) => a - b);
  return device.sent.map((sent) => ({
    sent,
    sender: senderVerdict(sent.failure),
    ...backendOf(sent, device, storedTimes),
  }));
}

function backendOf(
  { sampleTime }: SentLine,
  { seen, stored, swept, ingest, ingestLogged }: DeviceEvidence,
  storedTimes: readonly number[],
): Omit<Fate, 'sent' | 'sender'> {
  if (seen.has(sampleTime)) return { backend: 'seen', evidence: 'a poll returned it' };
  if (stored.has(sampleTime)) return { backend: 'superseded', evidence: 'stored, and no poll returned it' };
  const answers = ingest.get(sampleTime);
  const last = answers?.at(-1);
  if (last?.code !== undefined) {
    return { backend: 'refused', code: last.code, evidence: last.message ?? `the ingest log says ${last.code}` };
  }
  const covered = swept !== undefined && sampleTime >= swept.from && sampleTime < swept.to;
  if (!covered) return { backend: 'unexplained', evidence: "the device's history was not read" };
  if (last !== undefined) {
    const before = predecessor(storedTimes, sampleTime);
    if (before !== undefined && sampleTime - before < FILTER_MS) {
      return {
        backend: 'filtered',
        evidence: `answered without error; ${sampleTime - before} ms after the stored one`,
      };
    }
    return { backend: 'unexplained', evidence: 'answered without error, and neither stored nor within the filter' };
  }
  if (!ingestLogged) return { backend: 'unexplained', evidence: 'not stored, and there is no ingest log' };
  return { backend: 'lost', evidence: 'not stored, and the ingest log does not know it' };
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
