import { readFile } from 'node:fs/promises';
import { isThingName, openDataset, parseCsvColumns, readDevices, readProbes } from '../dataset.ts';
import { codeOf, messageOf, UsageError } from '../errors.ts';

/** Device ids from a file, one a line; empty lines and lines that begin with # do not count. @throws UsageError with the line. */
export async function readDeviceList(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    const what =
      code === 'ENOENT'
        ? `there is no device list ${file}`
        : code === 'EISDIR'
          ? `${file} is a directory, and a device list is wanted`
          : `cannot read the device list ${file}: ${messageOf(error)}`;
    throw new UsageError(what, {
      cause: error,
      hint: 'It holds one device id a line.',
    });
  }
  const lineOf = new Map<string, number>();
  text.split(/\r?\n/).forEach((line, index) => {
    const id = line.trim();
    if (id === '' || id.startsWith('#')) return;
    if (!isThingName(id)) {
      throw new UsageError(`${file}:${index + 1}: ${JSON.stringify(id)} cannot be the name of an IoT thing`, {
        hint: 'Things are named with 1 to 128 letters A to Z, digits, and : _ -',
      });
    }
    const first = lineOf.get(id);
    if (first !== undefined) {
      throw new UsageError(`${file}:${index + 1}: the device ${id} is there already, on line ${first}`, {
        hint: 'Each device belongs on one line only.',
      });
    }
    lineOf.set(id, index + 1);
  });
  if (lineOf.size === 0) throw new UsageError(`${file} holds no device id`, { hint: 'It holds one device id a line.' });
  return [...lineOf.keys()];
}

/** `prefix-0000`, `prefix-0001`, …: four digits at least, as trackers are chosen by the last four. */
export function countedDevices(count: number, prefix: string): string[] {
  const digits = Math.max(4, String(count - 1).length);
  return Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(digits, '0')}`);
}

/** The devices of foreign probe files, each once. @throws UsageError that names file and line. */
async function devicesOfProbes(files: readonly string[], csvColumns: string | undefined): Promise<string[]> {
  const columns = csvColumns === undefined ? {} : { columns: parseCsvColumns(csvColumns) };
  const ids = new Set<string>();
  for (const file of files) for await (const { probe } of readProbes(file, columns)) ids.add(probe.deviceId);
  return [...ids];
}

async function devicesOfDataset(dir: string): Promise<string[]> {
  return (await readDevices(await openDataset(dir))).map(({ deviceId }) => deviceId);
}

/** What a person can name devices by: exactly one of the four, as the flags of `simctl provision`. */
export interface DeviceChoice {
  readonly dataset?: string | undefined;
  readonly probes?: readonly string[] | undefined;
  readonly 'csv-columns'?: string | undefined;
  readonly devices?: string | undefined;
  readonly count?: number | undefined;
  readonly prefix: string;
}

/** @throws UsageError where there is no such file, or a list holds a device twice. */
export async function deviceIds(choice: DeviceChoice): Promise<string[]> {
  const { dataset, probes, devices, count, prefix } = choice;
  if (dataset !== undefined) return devicesOfDataset(dataset);
  if (probes !== undefined) return devicesOfProbes(probes, choice['csv-columns']);
  if (devices !== undefined) return readDeviceList(devices);
  return countedDevices(count ?? 0, prefix);
}
