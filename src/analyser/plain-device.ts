/**
 * The plain case, which is nearly every device: all in order, nothing twice, everything seen or superseded. Counted
 * without an object for each update; fate.ts says the same of it, and has the last word on all others.
 */
import { type FailureCode, senderVerdict } from '../model.ts';
import { addRecorded, newRecorder, type Recorder } from '../recorder.ts';
import type { AnswersFrom } from './device-evidence.ts';
import type { DeviceLog } from './device-log.ts';
import { type Evidence, NO_CODE } from './evidence.ts';
import type { Clocks, Findings } from './findings.ts';

export type Latencies = Readonly<Record<'publishToStore' | 'endToEnd' | 'endToEndEarliest', Recorder>>;

/** @returns false, with nothing counted, where the device is not plain */
export function addPlainDevice(
  findings: Findings,
  log: DeviceLog,
  { codes, watched }: Pick<Evidence, 'codes' | 'watched'>,
  from: AnswersFrom,
  latencies: Latencies,
  clocks: Clocks,
): boolean {
  const { sent, received, stored, swept, ingest } = log;
  if (from === 'sender' || !ascends(sent.sampleTime) || !ascends(sent.sentAt)) return false;
  if (!ascends(received.sampleTime) || !ascends(stored.sampleTime)) return false;
  if (from === 'ingest' && !ascends(ingest.sampleTime)) return false;
  const newest = stored.sampleTime.at(-1) ?? Number.NEGATIVE_INFINITY;
  let seenAt = 0;
  let storedAt = 0;
  for (let i = 0; i < sent.sampleTime.length; i++) {
    const sampleTime = sent.sampleTime[i]!;
    seenAt = skipTo(received.sampleTime, seenAt, sampleTime);
    if (received.sampleTime[seenAt] === sampleTime) continue;
    storedAt = skipTo(stored.sampleTime, storedAt, sampleTime);
    if (!(stored.sampleTime[storedAt] === sampleTime && watched && sampleTime < newest)) return false;
  }

  findings.devices++;
  if (swept.from.length > 0 && stored.sampleTime.length >= swept.stored.reduce((sum, n) => sum + n, 0))
    findings.evidence.sweptDevices++;
  seenAt = 0;
  storedAt = 0;
  // Of those without a failure.
  let [seen, superseded, negative] = [0, 0, 0];
  for (let i = 0; i < sent.sampleTime.length; i++) {
    const sampleTime = sent.sampleTime[i]!;
    const sentAt = sent.sentAt[i]!;
    const code = sent.failure[i]!;
    seenAt = skipTo(received.sampleTime, seenAt, sampleTime);
    storedAt = skipTo(stored.sampleTime, storedAt, sampleTime);
    const isSeen = received.sampleTime[seenAt] === sampleTime;
    if (code !== NO_CODE) addSome(findings, codes[code]!, isSeen ? 'seen' : 'superseded', 1);
    else if (isSeen) seen++;
    else superseded++;
    if (stored.sampleTime[storedAt] === sampleTime) {
      const ms = stored.receivedTime[storedAt]! - Math.floor(sentAt);
      if (ms < 0) negative++;
      clocks.publishToStore.add(sentAt, ms);
      latencies.publishToStore.record(ms);
    }
    if (isSeen) {
      const ms = received.seenAt[seenAt]! - sentAt;
      if (ms < 0) negative++;
      clocks.endToEnd.add(sentAt, ms);
      latencies.endToEnd.record(ms);
      latencies.endToEndEarliest.record(Math.max(0, received.notBefore[seenAt]! - sentAt));
    }
  }
  addSome(findings, undefined, 'seen', seen);
  addSome(findings, undefined, 'superseded', superseded);
  findings.negative += negative;
  return true;
}

function addSome(findings: Findings, failure: FailureCode | undefined, backend: 'seen' | 'superseded', n: number) {
  const sender = senderVerdict(failure);
  findings.sent += n;
  findings[sender] += n;
  findings[backend] += n;
  findings.cross[sender][backend] += n;
  if (failure !== undefined) findings.failures[failure] = (findings.failures[failure] ?? 0) + n;
}

function ascends(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i++) if (!(times[i]! > times[i - 1]!)) return false;
  return true;
}

/** The first place from `at` on whose time is not before `time`. */
function skipTo(times: Float64Array, at: number, time: number): number {
  let i = at;
  while (i < times.length && times[i]! < time) i++;
  return i;
}

/** What they record, `addLatencies` brings into the findings once all devices have been counted. */
export function newLatencies(): Latencies {
  return { publishToStore: newRecorder(), endToEnd: newRecorder(), endToEndEarliest: newRecorder() };
}

export function addLatencies(findings: Findings, { publishToStore, endToEnd, endToEndEarliest }: Latencies): void {
  addRecorded(findings.publishToStore, publishToStore.take());
  addRecorded(findings.endToEnd, endToEnd.take());
  addRecorded(findings.endToEndEarliest, endToEndEarliest.take());
}
