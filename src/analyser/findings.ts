import { type Histogram, newHistogram, recordMs } from '../histogram.ts';
import type { BackendVerdict, FailureCode, SenderVerdict } from '../model.ts';
import { type ClockEvidence, type ClockFindings, clockNotes, newClockEvidence } from './clock-skew.ts';
import type { JoinedDevice } from './device-evidence.ts';
import type { Fate } from './fate.ts';

/** What became of all updates of a run: counts of updates, and latencies. */
export interface Findings extends Record<SenderVerdict, number>, Record<BackendVerdict, number> {
  devices: number;
  sent: number;
  failures: Record<FailureCode, number>;
  /** Of `refused`, by the tracker's code. */
  refusals: Record<string, number>;
  /** Sender's verdict × backend's verdict. */
  cross: Record<SenderVerdict, Record<BackendVerdict, number>>;
  /** Answers without error beyond the first, of the same update: it was delivered again. */
  duplicated: number;
  /** Answers to an update older than one of the device that was answered before. */
  reordered: number;
  /** Latencies below zero: clocks that disagree. */
  negative: number;
  /** What the latencies say of the clocks: the tracker's against the sender's, and the viewer's. Absent until all are counted. */
  clocks?: { publishToStore: ClockFindings; endToEnd: ClockFindings };
  /** Half-written last lines that were passed over; `notes` names them. */
  halfLines: number;
  notes: string[];
  evidence: { received: boolean; sweptDevices: number; ingest: boolean };
  /** sent → the tracker's own time of receipt. */
  publishToStore: Histogram;
  /** sent → shown, at the latest (when the answer that showed it had arrived) … */
  endToEnd: Histogram;
  /** … and at the earliest (when the last request that did not show it was sent). */
  endToEndEarliest: Histogram;
}

/** Those of its counts that are of updates: of all, then by what became of them. */
export const UPDATE_COUNTS = [
  'sent',
  'acknowledged',
  'failed',
  'unknown',
  'seen',
  'superseded',
  'filtered',
  'refused',
  'lost',
  'unexplained',
  'duplicated',
  'reordered',
] as const;

/** While the devices are counted. */
export type Clocks = Record<'publishToStore' | 'endToEnd', ClockEvidence>;

export function newClocks(): Clocks {
  return { publishToStore: newClockEvidence(), endToEnd: newClockEvidence() };
}

export function noFindings(): Findings {
  const backend = () => ({ seen: 0, superseded: 0, filtered: 0, refused: 0, lost: 0, unexplained: 0 });
  return {
    devices: 0,
    sent: 0,
    acknowledged: 0,
    failed: 0,
    unknown: 0,
    failures: {},
    ...backend(),
    refusals: {},
    cross: { acknowledged: backend(), failed: backend(), unknown: backend() },
    duplicated: 0,
    reordered: 0,
    negative: 0,
    halfLines: 0,
    notes: [],
    evidence: { received: false, sweptDevices: 0, ingest: false },
    publishToStore: newHistogram(),
    endToEnd: newHistogram(),
    endToEndEarliest: newHistogram(),
  };
}

export function addDevice(findings: Findings, { duplicated, reordered, swept }: JoinedDevice): void {
  findings.devices++;
  findings.duplicated += duplicated;
  findings.reordered += reordered;
  if (swept.length > 0) findings.evidence.sweptDevices++;
}

export function addFate(
  findings: Findings,
  { sent, sender, backend, code }: Fate,
  device: JoinedDevice,
  clocks: Clocks,
): void {
  const { failures, refusals } = findings;
  findings.sent++;
  findings[sender]++;
  findings[backend]++;
  findings.cross[sender][backend]++;
  if (sent.failure !== undefined) failures[sent.failure] = (failures[sent.failure] ?? 0) + 1;
  if (code !== undefined) refusals[code] = (refusals[code] ?? 0) + 1;
  const record = (histogram: Histogram, clock: ClockEvidence, ms: number) => {
    if (ms < 0) findings.negative++;
    clock.add(sent.sentAt, ms);
    recordMs(histogram, ms);
  };
  const receivedTime = device.stored.get(sent.sampleTime);
  // The tracker's time is in whole milliseconds, rounded down; so must the other be, or a fast one would be negative.
  if (receivedTime !== undefined)
    record(findings.publishToStore, clocks.publishToStore, receivedTime - Math.floor(sent.sentAt));
  const shown = device.seen.get(sent.sampleTime);
  if (shown !== undefined) {
    record(findings.endToEnd, clocks.endToEnd, shown.seenAt - sent.sentAt);
    recordMs(findings.endToEndEarliest, Math.max(0, shown.notBefore - sent.sentAt));
  }
}

/** Once all devices have been counted. */
export function stateClocks(findings: Findings, clocks: Clocks): void {
  const [publishToStore, endToEnd] = [clocks.publishToStore.findings(), clocks.endToEnd.findings()];
  findings.clocks = { publishToStore, endToEnd };
  findings.notes.push(
    ...clockNotes("publish → stored (the tracker's clock against the sender's)", publishToStore),
    ...clockNotes("publish → seen (the viewer's clock against the sender's)", endToEnd),
  );
}
