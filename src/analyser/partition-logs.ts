/** A partition's rows, sorted by device: stable, so that each device's lines keep the order of their log. */
import type { Columns, DeviceLog } from './device-log.ts';
import { PARTITIONS, type Rows } from './rows.ts';

const COLUMNS = {
  sent: ['seq', 'sampleTime', 'sentAt', 'failure'],
  received: ['sampleTime', 'notBefore', 'seenAt'],
  stored: ['sampleTime', 'receivedTime'],
  swept: ['from', 'to', 'stored'],
  ingest: ['sampleTime', 'code', 'message'],
} as const;

type Kind = keyof typeof COLUMNS;
export type RunRows = Readonly<Record<Kind, Rows>>;

export interface Sorted {
  /** Lines of the nth device of the partition are from first[n] up to first[n + 1]. */
  readonly first: Uint32Array;
  readonly columns: readonly Float64Array[];
}

/** What the columns of one partition are sorted into serves the next one too. */
export type Scratch = Partial<Record<Kind, Float64Array[]>>;

/** A device's columns are to be read before the next partition is begun. */
export function* partitionLogs(
  partition: number,
  rows: RunRows,
  devices: number,
  messages: readonly string[],
  scratch: Scratch,
): Generator<Omit<DeviceLog, 'nameless'> & { readonly device: number }> {
  const count = devicesIn(partition, devices);
  if (count <= 0) return;
  const sort = (kind: Kind) =>
    sortByDevice(rows[kind], partition, count, columnsFor(kind, rows[kind], partition, scratch));
  const sorted = {
    sent: sort('sent'),
    received: sort('received'),
    stored: sort('stored'),
    swept: sort('swept'),
    ingest: sort('ingest'),
  };
  for (let n = 0; n < count; n++) {
    yield {
      device: n * PARTITIONS + partition,
      sent: columnsOf('sent', sorted.sent, n),
      received: columnsOf('received', sorted.received, n),
      stored: columnsOf('stored', sorted.stored, n),
      swept: columnsOf('swept', sorted.swept, n),
      ingest: columnsOf('ingest', sorted.ingest, n),
      messages,
    };
  }
}

/** Of `devices`, numbered from 0, so many are of the partition: the nth is n × PARTITIONS + partition. */
export function devicesIn(partition: number, devices: number): number {
  return Math.max(0, Math.ceil((devices - partition) / PARTITIONS));
}

function columnsFor(kind: Kind, rows: Rows, partition: number, scratch: Scratch): Float64Array[] {
  const [count, known] = [rows.count(partition), scratch[kind]];
  if (known && known[0]!.length >= count) return known;
  const columns = Array.from({ length: rows.width - 1 }, () => new Float64Array(Math.ceil(1.2 * count)));
  scratch[kind] = columns;
  return columns;
}

/** A partition's rows, which it gives back: of `count` devices, into `columns`, which are long enough. */
export function sortByDevice(rows: Rows, partition: number, count: number, columns: Float64Array[]): Sorted {
  const { width } = rows;
  const first = new Uint32Array(count + 1);
  for (const { values, length } of rows.pieces(partition)) {
    for (let at = 0; at < length; at += width) first[(values[at]! - partition) / PARTITIONS + 1]!++;
  }
  for (let n = 0; n < count; n++) first[n + 1]! += first[n]!;
  const next = first.slice();
  for (const { values, length } of rows.pieces(partition)) {
    for (let at = 0; at < length; at += width) {
      const line = next[(values[at]! - partition) / PARTITIONS]!++;
      for (let column = 1; column < width; column++) columns[column - 1]![line] = values[at + column]!;
    }
  }
  rows.forget(partition);
  return { first, columns };
}

function columnsOf<K extends Kind>(
  kind: K,
  { first, columns }: Sorted,
  n: number,
): Columns<(typeof COLUMNS)[K][number]> {
  const of: Record<string, Float64Array> = {};
  COLUMNS[kind].forEach((name, i) => {
    of[name] = columns[i]!.subarray(first[n]!, first[n + 1]!);
  });
  return of as Columns<(typeof COLUMNS)[K][number]>;
}
