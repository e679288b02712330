import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { codeOf, messageOf, UsageError } from '../errors.ts';
import type { Dataset } from './manifest.ts';
import { isThingName } from './thing-name.ts';

export const DEVICES = 'devices.csv';
export const DEVICE_COLUMNS = ['device_id', 'partition', 'fixes'] as const;

export interface DatasetDevice {
  readonly deviceId: string;
  readonly partition: number;
  readonly fixes: number;
}

const AGAIN = { hint: 'Make the dataset anew with "simctl generate".' };

/** All devices, in the order of devices.csv. @throws UsageError that names file and line. */
export async function readDevices({ dir, manifest }: Dataset): Promise<DatasetDevice[]> {
  const file = join(dir, DEVICES);
  const devices: DatasetDevice[] = [];
  const lineOf = new Map<string, number>();
  const rows = parse({ columns: (header: string[]) => checkHeader(header, file), info: true, bom: true });
  pipeline(createReadStream(file), rows, () => {}); // what fails is thrown by the loop
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: Row; info: { lines: number } }>) {
      const device = readRow(record, manifest.partitions.length);
      if (typeof device === 'string') throw new UsageError(`${file}:${info.lines}: ${device}`, AGAIN);
      const first = lineOf.get(device.deviceId);
      if (first !== undefined)
        throw new UsageError(
          `${file}:${info.lines}: the device ${device.deviceId} is there already, on line ${first}`,
          AGAIN,
        );
      lineOf.set(device.deviceId, info.lines);
      devices.push(device);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const missing = codeOf(error) === 'ENOENT';
    throw new UsageError(missing ? `there is no file ${file}` : `${file}: ${messageOf(error)}`, AGAIN);
  }
  if (devices.length !== manifest.devices) {
    throw new UsageError(`${file} lists ${devices.length} devices, and the manifest says ${manifest.devices}`, AGAIN);
  }
  return devices;
}

type Row = Record<(typeof DEVICE_COLUMNS)[number], string>;

/** @returns the device, or what is wrong with the row */
function readRow({ device_id: deviceId, partition, fixes }: Row, partitions: number): DatasetDevice | string {
  if (!isThingName(deviceId)) return `the device id ${JSON.stringify(deviceId)} is no thing name`;
  if (!COUNT.test(partition) || Number(partition) >= partitions)
    return `"${partition}" is no partition of this dataset; they are 0 to ${partitions - 1}`;
  if (!COUNT.test(fixes)) return `"${fixes}" is no number of fixes`;
  return { deviceId, partition: Number(partition), fixes: Number(fixes) };
}

const COUNT = /^[0-9]{1,15}$/;

function checkHeader(header: string[], file: string): string[] {
  const unknown = header.find((name) => !(DEVICE_COLUMNS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(`${file}:1: unknown column "${unknown}"`, {
      hint: `The columns are ${DEVICE_COLUMNS.join(', ')}.`,
    });
  const missing = DEVICE_COLUMNS.find((name) => !header.includes(name));
  if (missing !== undefined) throw new UsageError(`${file}:1: there is no column "${missing}"`, AGAIN);
  return header;
}
