import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse';
import { codeOf, messageOf, UsageError } from '../errors.ts';

/** manifest.json. Sample times are epoch ms. */
export interface Manifest {
  /** Of this layout; a reader refuses any other. */
  format: 1;
  /** The version that wrote it. */
  simctl: string;
  /** Where the probes come from: the generator's parameters, seed and map, or the files they were read from. */
  source: Record<string, unknown>;
  devices: number;
  fixes: number;
  firstSampleTime: number;
  lastSampleTime: number;
  /** A device's fixes are at least this far apart. */
  everySeconds: number;
  partitions: { file: string; devices: number; fixes: number }[];
  /** Of the map, to be shown wherever the trips are. */
  attribution?: string;
}

export interface Dataset {
  readonly dir: string;
  readonly manifest: Manifest;
}

export const MANIFEST = 'manifest.json';
export const DEVICES = 'devices.csv';
export const DEVICE_COLUMNS = ['device_id', 'partition', 'fixes'] as const;

/** @throws UsageError where `dir` is no dataset, or one of another format. */
export async function openDataset(dir: string): Promise<Dataset> {
  const file = join(dir, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${dir} is no dataset: ${codeOf(error) === 'ENOENT' ? `there is no ${MANIFEST} in it` : messageOf(error)}`,
      {
        hint: 'Make one with "simctl generate --out DIR", or give probe files with --probes.',
      },
    );
  }
  return { dir: resolve(dir), manifest: checkManifest(text, file) };
}

function checkManifest(text: string, file: string): Manifest {
  const again = { hint: 'Make the dataset anew with "simctl generate".' };
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`, again);
  }
  if (manifest?.format !== 1) {
    throw new UsageError(
      `${file}: format ${JSON.stringify(manifest?.format)} is not 1, the one that this version reads`,
      again,
    );
  }
  for (const name of ['devices', 'fixes', 'firstSampleTime', 'lastSampleTime', 'everySeconds'] as const) {
    if (!Number.isFinite(manifest[name])) throw new UsageError(`${file}: "${name}" must be a number`, again);
  }
  if (!Array.isArray(manifest.partitions) || manifest.partitions.some(({ file: name }) => typeof name !== 'string')) {
    throw new UsageError(`${file}: "partitions" must list the probe files`, again);
  }
  return manifest as Manifest;
}

export interface DatasetDevice {
  readonly deviceId: string;
  readonly partition: number;
  readonly fixes: number;
}

/** All devices, in the order of devices.csv. @throws UsageError that names file and line. */
export async function readDevices({ dir, manifest }: Dataset): Promise<DatasetDevice[]> {
  const file = join(dir, DEVICES);
  const devices: DatasetDevice[] = [];
  const lineOf = new Map<string, number>();
  const rows = createReadStream(file).pipe(
    parse({
      columns: (header: string[]) => checkHeader(header, file),
      info: true,
      relax_column_count: false,
    }),
  );
  try {
    for await (const { record, info } of rows as AsyncIterable<{
      record: Record<string, string>;
      info: { lines: number };
    }>) {
      const { device_id: deviceId = '', partition, fixes } = record;
      const where = `${file}:${info.lines}`;
      const first = lineOf.get(deviceId);
      if (first !== undefined)
        throw new UsageError(`${where}: the device ${deviceId} is there already, on line ${first}`);
      if (deviceId === '') throw new UsageError(`${where}: a device needs an id`);
      const device = { deviceId, partition: Number(partition), fixes: Number(fixes) };
      if (!Number.isInteger(device.fixes) || !(device.partition in manifest.partitions)) {
        throw new UsageError(`${where}: "${partition}" is no partition of this dataset, or "${fixes}" no count`);
      }
      lineOf.set(deviceId, info.lines);
      devices.push(device);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: ${messageOf(error)}`, { hint: 'Make the dataset anew with "simctl generate".' });
  }
  return devices;
}

function checkHeader(header: string[], file: string): string[] {
  const unknown = header.filter((name) => !(DEVICE_COLUMNS as readonly string[]).includes(name));
  const missing = DEVICE_COLUMNS.filter((name) => !header.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`${file}:1: unknown column "${unknown[0]}"`, {
      hint: `The columns are ${DEVICE_COLUMNS.join(', ')}.`,
    });
  if (missing.length > 0) throw new UsageError(`${file}:1: there is no column "${missing[0]}"`);
  return header;
}
