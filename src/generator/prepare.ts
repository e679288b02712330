import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type CsvColumns,
  createDataset,
  type Dataset,
  type DatasetWriter,
  openDataset,
  probeLine,
  readProbes,
} from '../dataset.ts';
import { UsageError } from '../errors.ts';
import { thinner } from './thin.ts';

export interface PrepareOptions {
  readonly files: readonly string[];
  readonly columns?: CsvColumns;
  /** Seconds of sample time between two fixes of a device. */
  readonly every: number;
  readonly cacheDir: string;
  /** Lines read so far. */
  readonly onProgress?: (lines: number) => void;
  readonly signal?: AbortSignal;
}

const PARTITIONS = 16;
const CHUNK_CHARS = 256 * 1024;
const PROGRESS_EVERY = 50_000;

/**
 * Foreign probe files as a dataset: thinned, and partitioned by device, once; the result is kept under `cacheDir` until
 * a file changes.
 * @throws UsageError that names file and line.
 */
export async function prepareProbes(options: PrepareOptions): Promise<Dataset> {
  const dir = join(options.cacheDir, `probes-${await cacheKey(options)}`);
  const cached = await openDataset(dir).catch(() => undefined);
  if (cached) return cached;
  const writer = await createDataset(dir, {
    partitions: PARTITIONS,
    everySeconds: options.every,
    source: { kind: 'probes', files: options.files.map((file) => resolve(file)), every: options.every },
    keepExisting: true,
  });
  try {
    await fill(writer, options);
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function fill(
  writer: DatasetWriter,
  { files, columns, every, onProgress, signal }: PrepareOptions,
): Promise<void> {
  const keep = thinner(every * 1000);
  const devices = new Map<string, { partition: number; fixes: number; first: number; last: number; file: string }>();
  const buffers = new Array<string>(PARTITIONS).fill('');
  let read = 0;
  for (const file of files) {
    for await (const { probe, line } of readProbes(file, columns === undefined ? {} : { columns })) {
      if (++read % PROGRESS_EVERY === 0) {
        signal?.throwIfAborted();
        onProgress?.(read);
      }
      const { deviceId, sampleTime, status = 'traveling', position, motion } = probe;
      const verdict = keep(deviceId, probe);
      if (verdict === 'drop') continue;
      let device = devices.get(deviceId);
      if (verdict === 'backwards') throw backwards(file, line, deviceId, device?.file ?? file);
      if (verdict === 'two-places') throw twoPlaces(file, line, deviceId);
      if (device === undefined) {
        device = { partition: writer.partitionOf(deviceId), fixes: 0, first: sampleTime, last: sampleTime, file };
        devices.set(deviceId, device);
      }
      device.fixes++;
      device.last = sampleTime;
      device.file = file;
      const { partition } = device;
      buffers[partition] += probeLine(deviceId, sampleTime, status, position[0], position[1], motion);
      if (buffers[partition]!.length < CHUNK_CHARS) continue;
      await writer.write(partition, buffers[partition]!);
      buffers[partition] = '';
    }
  }
  onProgress?.(read);
  for (const [partition, lines] of buffers.entries()) if (lines !== '') await writer.write(partition, lines);
  for (const [id, { partition, fixes, first, last }] of devices) writer.device(id, partition, fixes, first, last);
}

/** A changed file has another size or time; its content is not hashed, which would cost as much as reading it. */
async function cacheKey({ files, columns, every }: PrepareOptions): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify({ layout: 2, columns, every }));
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) throw new UsageError(`there is no file ${file}`);
    if (!found.isFile())
      throw new UsageError(`${file} is no file`, { hint: 'A dataset directory goes with --dataset.' });
    hash.update(JSON.stringify([resolve(file), found.size, found.mtimeMs]));
  }
  return hash.digest('hex').slice(0, 16);
}

function backwards(file: string, line: number, deviceId: string, before: string): UsageError {
  return new UsageError(`${file}:${line}: ${deviceId} goes back in time`, {
    hint:
      before === file
        ? 'trip-simulator appends to its files, so one file may hold several runs: split it where the time falls back, or sort it by time.'
        : `It has later fixes in ${before}: give the files in the order of their time, and each only once.`,
  });
}

function twoPlaces(file: string, line: number, deviceId: string): UsageError {
  return new UsageError(`${file}:${line}: ${deviceId} is in two places at once`, {
    hint: 'trip-simulator draws ids at random, so two vehicles may share one, above all over several files: rename one of them.',
  });
}
