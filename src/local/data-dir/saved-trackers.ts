/** The journal of the trackers in the data directory. */
import type { Database } from 'lmdb';
import type { SavedTracker, TrackerJournal, TrackerRecord } from '../trackers/journal.ts';
import type { StoredPosition } from '../trackers/positions.ts';
import { KEY_BYTES, readKey, readRow, writeKey, writeValue } from './position-row.ts';

/** Begins a write, unless one has failed. */
export type Write = (begin: () => Promise<boolean>) => void;

export interface TrackerDatabases {
  /** By generation. */
  readonly trackers: Database<TrackerRecord, number>;
  /** Ids by generation and device number. */
  readonly devices: Database<Buffer, Buffer>;
  /** As position-row.ts has them. */
  readonly positions: Database<Buffer, Buffer>;
}

export interface SavedTrackers extends TrackerJournal {
  /** What is there, oldest tracker first. Positions of before `oldest` (epoch ms) are removed instead. */
  load(oldest: number): Iterable<SavedTracker>;
  /** Nothing is removed in the background any more. */
  close(): void;
}

/** Rows of a deleted tracker that are removed in one turn. */
const SLICE = 5000;

/** Every write goes through `write`. */
export function savedTrackers({ trackers, devices, positions }: TrackerDatabases, write: Write): SavedTrackers {
  // lmdb copies keys as they come, and values when it gets to them.
  const key = Buffer.alloc(KEY_BYTES);
  const deviceKey = (generation: number, device: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32BE(generation, 0);
    bytes.writeUInt32BE(device, 4);
    return bytes;
  };
  const rangeOf = (generation: number) => ({ start: deviceKey(generation, 0), end: deviceKey(generation + 1, 0) });
  let closed = false;
  let next = 1 + Math.max(0, lastGeneration(trackers), lastOf(devices), lastOf(positions));

  /** What is left of trackers that were deleted: the process may have ended before it was all gone. */
  function sweep(from: number, to: number): void {
    for (const database of [devices, positions]) sweepKeys(database, deviceKey(from, 0), deviceKey(to, 0));
  }

  function sweepKeys(database: Database<Buffer, Buffer>, start: Buffer, end: Buffer): void {
    if (closed) return;
    const keys = [...database.getKeys({ start, end, limit: SLICE })];
    for (const old of keys) write(() => database.remove(old));
    if (keys.length === SLICE) setImmediate(() => sweepKeys(database, keys.at(-1)!, end));
  }

  function* rowsOf(generation: number, oldest: number): Iterable<[number, StoredPosition]> {
    for (const { key, value } of positions.getRange(rangeOf(generation))) {
      const row = readKey(key);
      if (row.sampleTime < oldest) write(() => positions.remove(key));
      else yield [row.device, readRow(row, value)];
    }
  }

  return {
    newGeneration: () => next++,
    save: (record) => write(() => trackers.put(record.generation, record)),
    delete(generation) {
      write(() => trackers.remove(generation));
      sweep(generation, generation + 1);
    },
    positions: (generation) => ({
      stored(device, newId, position) {
        if (newId !== undefined) write(() => devices.put(deviceKey(generation, device), Buffer.from(newId)));
        const { sampleTime } = position;
        write(() => positions.put(writeKey(key, { generation, device, sampleTime }), writeValue(position)));
      },
      removed: (device, sampleTime) => write(() => positions.remove(writeKey(key, { generation, device, sampleTime }))),
    }),
    *load(oldest) {
      let before = 0;
      for (const { value: record } of trackers.getRange()) {
        const { generation } = record;
        sweep(before, generation);
        before = generation + 1;
        const deviceIds = [...devices.getRange(rangeOf(generation))].map(({ value }) => value.toString());
        yield { record, deviceIds, positions: rowsOf(generation, oldest) };
      }
      sweep(before, next);
    },
    close() {
      closed = true;
    },
  };
}

function lastGeneration(trackers: TrackerDatabases['trackers']): number {
  return [...trackers.getKeys({ reverse: true, limit: 1 })][0] ?? 0;
}

function lastOf(database: Database<Buffer, Buffer>): number {
  const [last] = database.getKeys({ reverse: true, limit: 1 });
  return last === undefined ? 0 : Buffer.from(last).readUInt32BE(0);
}
