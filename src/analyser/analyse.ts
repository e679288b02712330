/** Joins all logs of a run on (device id, sample time), and says what became of every update. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { type Histogram, newHistogram, recordMs } from '../histogram.ts';
import type { IngestLine, ReceivedLine, SentLine, StoredLine, SweptLine } from '../logs.ts';
import type { BackendVerdict, SenderVerdict } from '../model.ts';
import { type Fate, fatesOf } from './fate.ts';
import { readLog } from './read-log.ts';

export interface RunLogs {
  readonly sent: readonly string[];
  readonly received?: string;
  readonly history?: string;
  readonly ingest?: string;
  /** Transport `tracker`: the send log itself holds the tracker's answers, `tracker:<Code>` where it refused. */
  readonly trackerAnswers?: boolean;
  /** Where to list every update that was neither seen nor superseded. */
  readonly fatesOut?: string;
}

export interface Findings {
  devices: number;
  sent: number;
  acknowledged: number;
  failed: number;
  unknown: number;
  failures: Record<string, number>;
  seen: number;
  superseded: number;
  filtered: number;
  refused: number;
  refusals: Record<string, number>;
  lost: number;
  unexplained: number;
  /** Sender's verdict × backend's verdict. */
  cross: Record<SenderVerdict, Record<BackendVerdict, number>>;
  /** Entries that reached the tracker again after they had been taken. */
  duplicated: number;
  /** Entries that reached the handler after a later one of the same device. */
  reordered: number;
  /** Latencies below zero: clocks that disagree. */
  negative: number;
  /** Half-written last lines that were passed over. */
  halfLines: number;
  evidence: { received: boolean; sweptDevices: number; ingest: boolean };
  publishToStore: Histogram;
  /** sent → shown, at the latest (when the answer that showed it had arrived) … */
  endToEnd: Histogram;
  /** … and at the earliest (when the last request that did not show it was sent). */
  endToEndEarliest: Histogram;
}

interface Device {
  sent: SentLine[];
  received: Map<number, ReceivedLine>;
  stored: Map<number, StoredLine>;
  swept: SweptLine | undefined;
  ingest: Map<number, IngestLine[]>;
  highest: number;
}

const TRACKER = 'tracker:';

export async function analyseRun(logs: RunLogs): Promise<Findings> {
  const findings = noFindings();
  const devices = new Map<string, Device>();
  const deviceOf = (id: string) => {
    let device = devices.get(id);
    if (device === undefined) {
      device = {
        sent: [],
        received: new Map(),
        stored: new Map(),
        swept: undefined,
        ingest: new Map(),
        highest: Number.NEGATIVE_INFINITY,
      };
      devices.set(id, device);
    }
    return device;
  };
  const lines = (file: string) =>
    readLog(file, () => {
      findings.halfLines++;
    });

  for (const file of logs.sent) {
    for await (const { value } of lines(file)) {
      const line = value as unknown as SentLine;
      const device = deviceOf(line.id);
      device.sent.push(line);
      if (logs.trackerAnswers) addIngest(device, answerOf(line), findings);
    }
  }
  if (logs.received !== undefined) {
    findings.evidence.received = true;
    for await (const { value } of lines(logs.received)) {
      const line = value as unknown as ReceivedLine;
      devices.get(line.id)?.received.set(line.sampleTime, line);
    }
  }
  if (logs.history !== undefined) {
    for await (const { value } of lines(logs.history)) {
      if ('swept' in value) {
        const line = value as unknown as SweptLine;
        const device = devices.get(line.swept);
        if (device) device.swept = line;
        findings.evidence.sweptDevices++;
      } else {
        const line = value as unknown as StoredLine;
        devices.get(line.id)?.stored.set(line.sampleTime, line);
      }
    }
  }
  findings.evidence.ingest = logs.ingest !== undefined || logs.trackerAnswers === true;
  if (logs.ingest !== undefined && !logs.trackerAnswers) {
    for await (const { value } of lines(logs.ingest)) {
      const line = value as unknown as IngestLine;
      const device = devices.get(line.id);
      if (device) addIngest(device, line, findings);
    }
  }
  const list = logs.fatesOut === undefined ? undefined : await fateList(logs.fatesOut);
  for (const device of devices.values()) {
    if (device.sent.length === 0) continue;
    findings.devices++;
    const fates = fatesOf({
      sent: device.sent,
      seen: new Set(device.received.keys()),
      stored: device.stored,
      swept: device.swept,
      ingest: device.ingest,
      ingestLogged: findings.evidence.ingest,
    });
    for (const fate of fates) {
      count(fate, device, findings);
      if (fate.backend !== 'seen' && fate.backend !== 'superseded') await list?.add(fate);
    }
  }
  await list?.finish();
  return findings;
}

/** The tracker transport's attempt, as the ingest line that a handler would have printed. */
function answerOf({ id, seq, sampleTime, doneAt, failure }: SentLine): IngestLine | undefined {
  if (failure === undefined) return { ingest: 1, at: doneAt, id, sampleTime, seq };
  if (!failure.startsWith(TRACKER)) return undefined;
  return { ingest: 1, at: doneAt, id, sampleTime, seq, code: failure.slice(TRACKER.length) };
}

function addIngest(device: Device, line: IngestLine | undefined, findings: Findings): void {
  if (line?.sampleTime === undefined) return;
  const { sampleTime, code } = line;
  const known = device.ingest.get(sampleTime);
  if (known) {
    if (code === undefined && known.some((earlier) => earlier.code === undefined)) findings.duplicated++;
    known.push(line);
  } else {
    device.ingest.set(sampleTime, [line]);
    // Only the first arrival counts: a retry is late by its own doing.
    if (sampleTime < device.highest) findings.reordered++;
  }
  device.highest = Math.max(device.highest, sampleTime);
}

function count({ sent, sender, backend, code }: Fate, { received, stored }: Device, findings: Findings): void {
  findings.sent++;
  findings[sender]++;
  findings[backend]++;
  findings.cross[sender][backend]++;
  if (sent.failure !== undefined) findings.failures[sent.failure] = (findings.failures[sent.failure] ?? 0) + 1;
  if (code !== undefined) findings.refusals[code] = (findings.refusals[code] ?? 0) + 1;
  const shown = received.get(sent.sampleTime);
  const kept = stored.get(sent.sampleTime);
  const record = (histogram: Histogram, ms: number) => {
    if (ms < 0) findings.negative++;
    recordMs(histogram, ms);
  };
  // The tracker's time is in whole milliseconds, rounded down; so must the other be, or a fast one would be negative.
  if (kept) record(findings.publishToStore, kept.receivedTime - Math.floor(sent.sentAt));
  if (shown) {
    record(findings.endToEnd, shown.seenAt - sent.sentAt);
    recordMs(findings.endToEndEarliest, Math.max(0, shown.notBefore - sent.sentAt));
  }
}

/** fates.ndjson, written beside and renamed. */
async function fateList(file: string) {
  const partial = `${file}.partial`;
  const stream = createWriteStream(partial);
  await once(stream, 'open');
  return {
    async add({ sent: { id, seq, sampleTime, failure }, sender, backend, code, evidence }: Fate): Promise<void> {
      const line = {
        id,
        seq,
        sampleTime,
        sender,
        ...(failure ? { failure } : {}),
        backend,
        ...(code ? { code } : {}),
        evidence,
      };
      if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, 'drain');
    },
    async finish(): Promise<void> {
      stream.end();
      await once(stream, 'close');
      await rename(partial, file);
    },
  };
}

function noFindings(): Findings {
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
    evidence: { received: false, sweptDevices: 0, ingest: false },
    publishToStore: newHistogram(),
    endToEnd: newHistogram(),
    endToEndEarliest: newHistogram(),
  };
}
