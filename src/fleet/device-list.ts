import { readFile } from 'node:fs/promises';
import { messageOf, UsageError } from '../errors.ts';

/** Device ids from a file, one a line; empty lines and lines that begin with # do not count. @throws UsageError with the line. */
export async function readDeviceList(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the device list: ${messageOf(error)}`, {
      hint: 'It holds one device id a line.',
    });
  }
  const lineOf = new Map<string, number>();
  text.split(/\r?\n/).forEach((line, index) => {
    const id = line.trim();
    if (id === '' || id.startsWith('#')) return;
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

/** What a person can name devices by: exactly one of the two. */
export interface DeviceChoice {
  readonly devices?: string | undefined;
  readonly count?: number | undefined;
  readonly prefix: string;
}

/** @throws UsageError where there is no such file, or a device is in it twice. */
export async function deviceIds({ devices, count, prefix }: DeviceChoice): Promise<string[]> {
  return devices === undefined ? countedDevices(count ?? 0, prefix) : readDeviceList(devices);
}
