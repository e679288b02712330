import { existsSync } from 'node:fs';
import { createDataset, type Dataset, type DatasetWriter, probeLine, readProbes } from '../dataset.ts';
import { RunError } from '../errors.ts';
import type { Probe } from '../model.ts';
import { BLOCKS, type FleetOptions, firstSecond } from './fleet-options.ts';
import type { Generated } from './generate.ts';
import { KINDS, type Kind } from './lines.ts';
import { mergeByTime, timedLines } from './merge-by-time.ts';
import { openOutputFile } from './output-file.ts';
import type { Places, Provenance } from './outputs.ts';

/** What one process of the tool was asked for, and where it wrote. */
export interface ToolShare {
  readonly agents: number;
  readonly files: { readonly [kind in Kind]?: string };
}

const CHUNK_CHARS = 256 * 1024;
const AGAIN = { hint: 'Nothing was written. Run it again: the tool draws at random.' };

/**
 * The files of several processes as those of one: by second, within it process by process. Probes are thinned to one in
 * `every` seconds, each device having a phase of its own.
 * @throws RunError where the tool wrote what cannot be its output, or gave two vehicles one id
 */
export async function mergeShares(
  shares: readonly ToolShare[],
  fleet: FleetOptions,
  places: Places,
  provenance: Provenance,
): Promise<Generated> {
  const begun: { finish(): Promise<unknown>; abort(): Promise<void> }[] = [];
  const open = async <T extends { finish(): Promise<unknown>; abort(): Promise<void> }>(opening: Promise<T>) => {
    const output = await opening;
    begun.push(output);
    return output;
  };
  try {
    const { out } = places;
    const shape = { partitions: BLOCKS, everySeconds: fleet.every, ...provenance };
    const dataset = out === undefined ? undefined : await open(createDataset(out, shape));
    const probes = places.probes === undefined ? undefined : await open(openOutputFile(places.probes));
    const sums = await mergeProbes(shares, fleet, dataset, (text) => probes?.write(Buffer.from(text)));
    for (const kind of KINDS) {
      const place = places[kind];
      if (kind === 'probes' || place === undefined) continue;
      const file = await open(openOutputFile(place));
      await mergeEvents(kind, shares, (text) => file.write(Buffer.from(text)));
    }
    let made: Dataset | undefined;
    for (const output of begun) {
      if (output === dataset) made = await dataset.finish();
      else await output.finish();
    }
    return { ...sums, attribution: provenance.attribution, ...(made && { dataset: made }) };
  } catch (error) {
    await Promise.allSettled(begun.map((output) => output.abort()));
    throw error;
  }
}

interface Device {
  readonly stream: number;
  readonly index: number;
  fixes: number;
  first: number;
  last: number;
}

async function mergeProbes(
  shares: readonly ToolShare[],
  fleet: FleetOptions,
  dataset: DatasetWriter | undefined,
  write: (text: string) => Promise<void> | undefined,
): Promise<Pick<Generated, 'devices' | 'fixes' | 'firstSampleTime' | 'lastSampleTime'>> {
  const { start, seconds, every, agents } = fleet;
  const devices = new Map<string, Device>();
  const whole = chunked(write);
  const parts = Array.from({ length: BLOCKS }, (_, i) => chunked(async (text) => dataset?.write(i, text)));
  const read = new Array<number>(shares.length).fill(0);
  for await (const { stream, item } of mergeByTime(shares.map(({ files }) => timedProbes(files.probes!)))) {
    const { deviceId, sampleTime, status = '', position } = item.probe;
    read[stream]!++;
    if (devices.size < agents) addDevice(devices, deviceId, stream, sampleTime, start);
    const device = devices.get(deviceId);
    if (device === undefined || device.stream !== stream)
      throw new RunError(`trip-simulator wrote of ${deviceId}, which was not there from the beginning`, AGAIN);
    if (((sampleTime - start) / 1000 - firstSecond(fleet, device.index)) % every !== 0) continue;
    if (device.fixes++ === 0) device.first = sampleTime;
    device.last = sampleTime;
    const line = probeLine(deviceId, sampleTime, status, position[0], position[1]);
    await whole.add(line);
    if (dataset) await parts[dataset.partitionOf(deviceId)]!.add(line);
  }
  for (const [i, share] of shares.entries()) {
    const wanted = share.agents * seconds;
    if (read[i] !== wanted)
      throw new RunError(`trip-simulator ${i + 1} wrote ${read[i]} probes, and ${wanted} were asked for`, AGAIN);
  }
  for (const chunk of [whole, ...parts]) await chunk.end();
  for (const [id, { fixes, first, last }] of devices) dataset?.device(id, dataset.partitionOf(id), fixes, first, last);
  const all = [...devices.values()];
  return {
    devices: all.length,
    fixes: all.reduce((sum, { fixes }) => sum + fixes, 0),
    firstSampleTime: all.reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY),
    lastSampleTime: all.reduce((most, { last }) => Math.max(most, last), 0),
  };
}

/** All vehicles are there from the first second on: one that comes twice is two, since ids are drawn at random. */
function addDevice(devices: Map<string, Device>, id: string, stream: number, time: number, start: number): void {
  if (time !== start + 1000) {
    throw new RunError(
      `trip-simulator began at ${new Date(time).toISOString()}, and not a second after ${new Date(start).toISOString()}`,
      { hint: 'Its version 3.0.0 takes no --start: install 3.0.1. If only some vehicles were there, run it again.' },
    );
  }
  const other = devices.get(id);
  if (other !== undefined) throw new RunError(`trip-simulator gave two vehicles the id ${id}`, AGAIN);
  devices.set(id, { stream, index: devices.size, fixes: 0, first: 0, last: 0 });
}

async function* timedProbes(file: string): AsyncGenerator<{ readonly time: number; readonly probe: Probe }> {
  for await (const { probe } of readProbes(file)) yield { time: probe.sampleTime, probe };
}

/** A trace says not when it was chosen, so traces come process by process. */
const TIMES = {
  traces: () => 0,
  changes: (line: string) => numberAfter(line, /"event_time":([0-9]+)/),
  trips: (line: string) => numberAfter(line, /"end_time":([0-9.]+)/),
} satisfies Record<Exclude<Kind, 'probes'>, (line: string) => number | undefined>;

/** The second in which it was written: a trip is, once its end has come. */
function numberAfter(line: string, pattern: RegExp): number | undefined {
  const time = Number(pattern.exec(line)?.[1]);
  return Number.isFinite(time) ? Math.ceil(time / 1000) : undefined;
}

async function mergeEvents(
  kind: Exclude<Kind, 'probes'>,
  shares: readonly ToolShare[],
  write: (text: string) => Promise<void>,
): Promise<void> {
  // A process in which nothing happened has written no file.
  const files = shares.map(({ files }) => files[kind]!).filter((file) => existsSync(file));
  const chunk = chunked(write);
  const streams = files.map((file) => timedLines(file, TIMES[kind]));
  for await (const { item } of mergeByTime(streams)) await chunk.add(`${item.line}\n`);
  await chunk.end();
}

function chunked(write: (text: string) => Promise<unknown> | undefined) {
  let text = '';
  return {
    async add(line: string): Promise<void> {
      text += line;
      if (text.length >= CHUNK_CHARS) await this.end();
    },
    async end(): Promise<void> {
      const full = text;
      text = '';
      if (full !== '') await write(full);
    },
  };
}
