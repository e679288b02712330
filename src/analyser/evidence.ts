/**
 * What the logs of a run say, by device, in columns of numbers: an update takes some 90 bytes instead of 500. All of it
 * is in memory at once: a million updates need about 0.4 GB in all, five million fit into 1 GB of heap.
 */
import { basename } from 'node:path';
import type { IngestLine, ReceivedLine, SentLine, StoredLine, SweptLine } from '../logs.ts';
import { type Dialect, readDialect } from './dialect.ts';

/** Files, plain or .gz. */
export interface RunLogs {
  readonly sent: readonly string[];
  readonly received?: string;
  readonly history?: string;
  readonly ingest?: string;
}

/** One device's lines; the columns of a log are equally long. */
export interface DeviceLog {
  /** `failure` is an index of `Evidence.codes`, −1 where there is none. */
  readonly sent: { seq: number[]; sampleTime: number[]; sentAt: number[]; failure: number[] };
  readonly received: { sampleTime: number[]; notBefore: number[]; seenAt: number[] };
  readonly stored: { sampleTime: number[]; receivedTime: number[] };
  readonly swept: SweptLine[];
  /** In the log's order. `code` as `failure`; `messages` by line, where there is one. */
  readonly ingest: { sampleTime: number[]; code: number[]; messages: Map<number, string> };
  /** Ingest lines without a sample time. */
  nameless: number;
}

export interface Evidence {
  readonly devices: ReadonlyMap<string, DeviceLog>;
  readonly codes: readonly string[];
  readonly halfLines: number;
  /** The ingest log was cut off while it was being written. */
  readonly ingestCut: boolean;
  /** What a person should know of the files. */
  readonly notes: readonly string[];
  /** Lines of the receive log that are of no device that sent anything. */
  readonly strangers: number;
  readonly received: number;
  /** Whether there is a receive log at all. */
  readonly watched: boolean;
}

export const NO_CODE = -1;

/** @throws UsageError that names file and line, for a log that cannot be read */
export async function gather(logs: RunLogs): Promise<Evidence> {
  const devices = new Map<string, DeviceLog>();
  const codes = codeList();
  const notes: string[] = [];
  let [halfLines, strangers] = [0, 0];
  const read = async <Line>(file: string | undefined, dialect: Dialect, take: (line: Line) => void) => {
    if (file === undefined) return 0;
    const { lines, halfLine } = await readDialect(file, [dialect], (value) => take(value as Line));
    if (halfLine !== undefined) {
      halfLines++;
      notes.push(`${basename(file)}:${halfLine}: the last line is half-written and was passed over`);
    }
    return lines;
  };

  for (const file of logs.sent) {
    await read<SentLine>(file, 'simctl sent', ({ id, seq, sampleTime, sentAt, failure }) => {
      const device = devices.get(id) ?? newDevice();
      if (device.sent.seq.length === 0) devices.set(id, device);
      const { sent } = device;
      sent.seq.push(seq);
      sent.sampleTime.push(sampleTime);
      sent.sentAt.push(sentAt);
      sent.failure.push(codes.of(failure));
    });
  }
  const received = await read<ReceivedLine>(logs.received, 'simctl received', (line) => {
    const column = devices.get(line.id)?.received;
    if (column === undefined) {
      strangers++;
      return;
    }
    column.sampleTime.push(line.sampleTime);
    column.notBefore.push(line.notBefore);
    column.seenAt.push(line.seenAt);
  });
  await read<StoredLine | SweptLine>(logs.history, 'simctl history', (line) => {
    if ('swept' in line) {
      devices.get(line.swept)?.swept.push(line);
      return;
    }
    const column = devices.get(line.id)?.stored;
    column?.sampleTime.push(line.sampleTime);
    column?.receivedTime.push(line.receivedTime);
  });
  const halfBefore = halfLines;
  await read<IngestLine>(logs.ingest, 'simctl ingest', ({ id, sampleTime, code, message }) => {
    const device = devices.get(id);
    if (device === undefined) return;
    if (sampleTime === undefined) device.nameless++;
    else addAnswer(device, sampleTime, codes.of(code), message);
  });
  const ingestCut = halfLines > halfBefore;
  return {
    devices,
    codes: codes.list,
    halfLines,
    ingestCut,
    notes,
    strangers,
    received,
    watched: logs.received !== undefined,
  };
}

function addAnswer({ ingest }: DeviceLog, sampleTime: number, code: number, message: string | undefined): void {
  const line = ingest.sampleTime.push(sampleTime) - 1;
  ingest.code.push(code);
  if (message !== undefined) ingest.messages.set(line, message);
}

function newDevice(): DeviceLog {
  return {
    sent: { seq: [], sampleTime: [], sentAt: [], failure: [] },
    received: { sampleTime: [], notBefore: [], seenAt: [] },
    stored: { sampleTime: [], receivedTime: [] },
    swept: [],
    ingest: { sampleTime: [], code: [], messages: new Map() },
    nameless: 0,
  };
}

/** Few codes are written many times: numbers stand for them. */
function codeList() {
  const list: string[] = [];
  const numbers = new Map<string, number>();
  return {
    list,
    of(code: string | undefined): number {
      if (code === undefined) return NO_CODE;
      const known = numbers.get(code);
      if (known !== undefined) return known;
      numbers.set(code, list.length);
      return list.push(code) - 1;
    },
  };
}
