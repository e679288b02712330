/**
 * What the logs of a run say, by device, in bounded memory: rows of numbers, 24 to 40 bytes a line, that go to temporary
 * files where they outgrow it and come back by and by, some devices at a time.
 */
import { basename } from 'node:path';
import type { IngestLine, ReceivedLine, SentLine, StoredLine, SweptLine } from '../logs.ts';
import type { DeviceLog } from './device-log.ts';
import { NO_DEVICE, newDeviceTable } from './device-table.ts';
import { dialectCheck } from './dialect.ts';
import { FORMS, type LogKind, newReadLine, type ReadLine } from './log-forms.ts';
import { partitionLogs } from './partition-logs.ts';
import { openReadAhead, type ReadAhead, type ReadAheadOptions } from './read-ahead.ts';
import { type LogObject, scanLog } from './read-log.ts';
import { newBlockReader, readBlocks } from './row-block.ts';
import { MEMORY_BYTES, newSpill, PARTITIONS, Rows, type Spill } from './rows.ts';

/** Files, plain or .gz. */
export interface RunLogs {
  readonly sent: readonly string[];
  readonly received?: string;
  readonly history?: string;
  readonly ingest?: string;
}

export interface Evidence {
  /** How many devices sent. */
  readonly devices: number;
  /** Each device once, with all its lines; can be walked once, after which what is on disk is gone. */
  logs(): Generator<{ readonly id: string; readonly log: DeviceLog }>;
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
  /** Bytes that went to temporary files. */
  readonly spilled: number;
  /** Takes temporary files away, where `logs` was not walked to its end. */
  close(): void;
}

export const NO_CODE = -1;

export interface GatherOptions extends ReadAheadOptions {
  /** Of rows, before they go to disk. */
  readonly memoryBytes?: number;
  /** Tests have blocks without threads. */
  readonly ahead?: ReadAhead;
}

/** @throws UsageError that names file and line, for a log that cannot be read */
export async function gather(logs: RunLogs, options: GatherOptions = {}): Promise<Evidence> {
  const spill = newSpill(options.memoryBytes ?? MEMORY_BYTES);
  const files = [...logs.sent, logs.received, logs.history, logs.ingest];
  const ahead = options.ahead ?? (await openReadAhead(files, options));
  try {
    return await gatherInto(spill, logs, ahead);
  } catch (error) {
    spill.close();
    throw error;
  } finally {
    await ahead?.close();
  }
}

async function gatherInto(spill: Spill, logs: RunLogs, ahead: ReadAhead | undefined): Promise<Evidence> {
  const table = newDeviceTable();
  const rows = {
    sent: new Rows(5, spill),
    received: new Rows(4, spill),
    stored: new Rows(3, spill),
    swept: new Rows(4, spill),
    ingest: new Rows(4, spill),
  };
  const [codes, messages] = [numberedTexts(), numberedTexts()];
  // Ingest lines without a sample time, by device.
  const nameless = new Map<number, number>();
  const notes: string[] = [];
  let [halfLines, strangers] = [0, 0];
  const line = newReadLine();

  const readBlock = newBlockReader();
  /** Lines in the form that simctl writes go from their bytes into rows; others by way of JSON. */
  const read = async (
    file: string | undefined,
    kind: LogKind,
    adds: readonly ((device: number, line: ReadLine) => void)[],
    slow: (value: LogObject) => void,
  ) => {
    if (file === undefined) return 0;
    const dialect = `simctl ${kind}` as const;
    const check = dialectCheck(file, [dialect]);
    const checked = (value: LogObject, number: number) => {
      check(value, number);
      slow(value);
    };
    const isSent = kind === 'sent';
    const take = (form: number, device: number, one: ReadLine) => {
      check.dialect ??= dialect;
      adds[form]!(device, one);
    };
    const blocks = ahead?.blocks(file, kind);
    const { lines, halfLine } =
      blocks === undefined
        ? await scanLog(
            file,
            FORMS[kind],
            line,
            (form, bytes) => take(form, table.find(bytes, line.idStart, line.idEnd, isSent), line),
            checked,
          )
        : await readBlocks(blocks, readBlock, { file, find: (id) => table.findText(id, isSent), take, slow: checked });
    if (halfLine !== undefined) {
      halfLines++;
      notes.push(`${basename(file)}:${halfLine}: the last line is half-written and was passed over`);
    }
    return lines;
  };

  const addSent = (device: number, { a: seq, sampleTime, b: sentAt, code }: Sent) => {
    const { values, at } = rows.sent.row(device);
    values[at] = device;
    values[at + 1] = seq;
    values[at + 2] = sampleTime;
    values[at + 3] = sentAt;
    values[at + 4] = codes.of(code);
  };
  for (const file of logs.sent) {
    await read(file, 'sent', [addSent], (value) => {
      if ('fault' in value) return; // what was done on purpose is nobody's update
      const { id, seq, sampleTime, sentAt, failure } = value as unknown as SentLine;
      addSent(table.findText(id, true), { a: seq, sampleTime, b: sentAt, code: failure });
    });
  }

  const addReceived = (device: number, { sampleTime, a: notBefore, b: seenAt }: Times) => {
    if (device === NO_DEVICE) {
      strangers++;
      return;
    }
    const { values, at } = rows.received.row(device);
    values[at] = device;
    values[at + 1] = sampleTime;
    values[at + 2] = notBefore;
    values[at + 3] = seenAt;
  };
  const received = await read(logs.received, 'received', [addReceived], (value) => {
    const { id, sampleTime, notBefore, seenAt } = value as unknown as ReceivedLine;
    addReceived(table.findText(id, false), { sampleTime, a: notBefore, b: seenAt });
  });

  const addStored = (device: number, { sampleTime, a: receivedTime }: Pick<ReadLine, 'sampleTime' | 'a'>) => {
    if (device === NO_DEVICE) return;
    const { values, at } = rows.stored.row(device);
    values[at] = device;
    values[at + 1] = sampleTime;
    values[at + 2] = receivedTime;
  };
  const addSwept = (device: number, { a: from, b: to, c: stored }: Pick<ReadLine, 'a' | 'b' | 'c'>) => {
    if (device === NO_DEVICE) return;
    const { values, at } = rows.swept.row(device);
    values[at] = device;
    values[at + 1] = from;
    values[at + 2] = to;
    values[at + 3] = stored;
  };
  await read(logs.history, 'history', [addStored, addSwept], (value) => {
    const one = value as unknown as StoredLine | SweptLine;
    if ('swept' in one) addSwept(table.findText(one.swept, false), { a: one.from, b: one.to, c: one.stored });
    else addStored(table.findText(one.id, false), { sampleTime: one.sampleTime, a: one.receivedTime });
  });

  const addIngest = (device: number, { sampleTime, code, message }: Answer) => {
    if (device === NO_DEVICE) return;
    const { values, at } = rows.ingest.row(device);
    values[at] = device;
    values[at + 1] = sampleTime;
    values[at + 2] = codes.of(code);
    values[at + 3] = messages.of(message);
  };
  const halfBefore = halfLines;
  await read(logs.ingest, 'ingest', [addIngest], (value) => {
    const { id, sampleTime, code, message } = value as unknown as IngestLine;
    const device = table.findText(id, false);
    if (device === NO_DEVICE) return;
    if (sampleTime === undefined) nameless.set(device, (nameless.get(device) ?? 0) + 1);
    else addIngest(device, { sampleTime, code, message });
  });

  return {
    devices: table.size,
    *logs() {
      const scratch = {};
      try {
        for (let partition = 0; partition < PARTITIONS; partition++) {
          for (const { device, ...log } of partitionLogs(partition, rows, table.size, messages.list, scratch))
            yield { id: table.idOf(device), log: { ...log, nameless: nameless.get(device) ?? 0 } };
        }
      } finally {
        spill.close();
      }
    },
    codes: codes.list,
    halfLines,
    ingestCut: halfLines > halfBefore,
    notes,
    strangers,
    received,
    watched: logs.received !== undefined,
    get spilled() {
      return spill.written;
    },
    close: () => spill.close(),
  };
}

type Sent = Pick<ReadLine, 'a' | 'sampleTime' | 'b' | 'code'>;
type Times = Pick<ReadLine, 'sampleTime' | 'a' | 'b'>;
type Answer = Pick<ReadLine, 'sampleTime' | 'code' | 'message'>;

/** Few texts are written many times: numbers stand for them. */
function numberedTexts() {
  const list: string[] = [];
  const numbers = new Map<string, number>();
  return {
    list,
    of(text: string | undefined): number {
      if (text === undefined) return NO_CODE;
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, list.length);
      return list.push(text) - 1;
    },
  };
}
