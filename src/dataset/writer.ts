import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { messageOf, SetupError, UsageError } from '../errors.ts';
import { version } from '../version.ts';
import { DEVICE_COLUMNS, DEVICES } from './devices.ts';
import { type Dataset, MANIFEST, type Manifest, openDataset } from './manifest.ts';
import { makePartial, partitionFile, putInPlace, refuseForeign } from './place.ts';

/** Writes a dataset beside its place; nothing is there until `finish` renames it whole. */
export interface DatasetWriter {
  /** The same for a device id everywhere and always. */
  partitionOf(deviceId: string): number;
  /** Adds whole lines to a partition. Await what it returns, or a slow disk fills the memory. */
  write(partition: number, lines: string | Buffer): void | Promise<void>;
  /** A row of devices.csv, once a device. @throws UsageError on the second time. */
  device(deviceId: string, partition: number, fixes: number, firstSampleTime: number, lastSampleTime: number): void;
  finish(): Promise<Dataset>;
  abort(): Promise<void>;
}

export interface DatasetShape {
  readonly partitions: number;
  readonly everySeconds: number;
  readonly source: Record<string, unknown>;
  readonly attribution?: string;
  /** If somebody else puts a dataset there meanwhile, it stays (a cache: both are the same). */
  readonly keepExisting?: boolean;
}

/**
 * @throws UsageError where `dir` holds something that is no dataset; an older dataset there is replaced by `finish`.
 * SetupError where it cannot be written.
 */
export async function createDataset(dir: string, shape: DatasetShape): Promise<DatasetWriter> {
  const place = resolve(dir);
  await refuseForeign(place);
  const files = Array.from({ length: shape.partitions }, (_, i) => partitionFile(i));
  let failure: Error | undefined;
  let partial: string;
  let streams: WriteStream[];
  try {
    partial = await makePartial(place);
    streams = files.map((file) => createWriteStream(join(partial, file)));
  } catch (error) {
    throw error instanceof SetupError ? error : cannotWrite(place, error);
  }
  for (const stream of streams) {
    stream.on('error', (error) => {
      failure ??= cannotWrite(place, error);
    });
  }
  const partitions = files.map((file) => ({ file, devices: 0, fixes: 0 }));
  const rows: [string, number, number][] = [];
  const known = new Set<string>();
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

  const abort = async () => {
    const open = streams.filter(({ closed }) => !closed);
    // An error on the way is the one that `failure` holds already.
    await Promise.allSettled(open.map((stream) => once(stream.destroy(), 'close')));
    await rm(partial, { recursive: true, force: true });
  };

  return {
    partitionOf: (deviceId) => partitionOf(deviceId, shape.partitions),
    write(partition, lines) {
      if (failure) throw failure;
      const stream = streams[partition]!;
      if (stream.write(lines) || stream.closed) return;
      return new Promise((resolve, reject) => {
        const settle = () => {
          stream.off('drain', settle).off('close', settle);
          if (failure) reject(failure);
          else resolve();
        };
        stream.once('drain', settle).once('close', settle);
      });
    },
    device(deviceId, partition, fixes, firstSampleTime, lastSampleTime) {
      if (known.has(deviceId)) throw new UsageError(`the device ${deviceId} is in the dataset twice`);
      known.add(deviceId);
      rows.push([deviceId, partition, fixes]);
      const of = partitions[partition]!;
      of.devices++;
      of.fixes += fixes;
      first = Math.min(first, firstSampleTime);
      last = Math.max(last, lastSampleTime);
    },
    async finish() {
      try {
        await Promise.all(
          streams.map(
            (stream) =>
              new Promise<void>((resolve, reject) => {
                // Its callback is told of an error before the event is.
                stream.once('error', reject).end((error?: Error | null) => (error ? reject(error) : resolve()));
              }),
          ),
        );
        if (failure) throw failure;
        const manifest: Manifest = {
          format: 1,
          simctl: version(),
          source: shape.source,
          devices: rows.length,
          fixes: partitions.reduce((n, { fixes }) => n + fixes, 0),
          firstSampleTime: rows.length === 0 ? 0 : first,
          lastSampleTime: rows.length === 0 ? 0 : last,
          everySeconds: shape.everySeconds,
          partitions,
          ...(shape.attribution === undefined ? {} : { attribution: shape.attribution }),
        };
        await writeFile(join(partial, DEVICES), stringify(rows, { header: true, columns: [...DEVICE_COLUMNS] }));
        await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
        await putInPlace(partial, place, shape.keepExisting === true);
        return shape.keepExisting ? await openDataset(place) : { dir: place, manifest };
      } catch (error) {
        await abort();
        throw error instanceof SetupError ? error : cannotWrite(place, error);
      }
    },
    abort,
  };
}

/** FNV-1a: even over ids that differ in a digit, and never to change, since readers and writers may be different versions. */
function partitionOf(deviceId: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < deviceId.length; i++) hash = Math.imul(hash ^ deviceId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}

function cannotWrite(dir: string, error: unknown): SetupError {
  return new SetupError(`cannot write the dataset ${dir}: ${messageOf(error)}`, {
    cause: error,
    hint: 'Free some space or choose another directory; nothing half-written was left.',
  });
}
