import { createDataset, type Dataset, type DatasetWriter } from '../dataset.ts';
import type { DeviceCounts } from './block.ts';
import { agentsOf, BLOCKS, type FleetOptions } from './fleet-options.ts';
import { KINDS, type Kind, mergeSeconds } from './lines.ts';
import { type OutputFile, openOutputFile } from './output-file.ts';
import type { BlockWindow } from './windows.ts';

/** Where it is written: a dataset's directory, and trip-simulator's files. */
export type Places = { readonly out?: string | undefined } & { readonly [kind in Kind]?: string | undefined };

/** All that a generation writes. Nothing is in its place before `finish`, and nothing comes there after `abort`. */
export interface Outputs {
  /** A window of all blocks, in order. */
  write(windows: readonly BlockWindow[]): Promise<void>;
  finish(): Promise<Dataset | undefined>;
  abort(): Promise<void>;
}

/** What the manifest of a dataset says of its fleet. */
export interface Provenance {
  readonly source: Record<string, unknown>;
  readonly attribution: string;
}

/** @throws UsageError where a place is taken by something else; SetupError where it cannot be written. */
export async function openOutputs(
  places: Places,
  fleet: FleetOptions,
  ids: readonly string[],
  provenance: Provenance,
): Promise<Outputs> {
  const files = new Map<Kind, OutputFile>();
  let dataset: DatasetWriter | undefined;
  const abort = async () => {
    await Promise.allSettled([dataset?.abort(), ...[...files.values()].map((file) => file.abort())]);
  };
  try {
    for (const kind of KINDS) {
      const place = places[kind];
      if (place !== undefined) files.set(kind, await openOutputFile(place));
    }
    if (places.out !== undefined) {
      dataset = await createDataset(places.out, { partitions: BLOCKS, everySeconds: fleet.every, ...provenance });
    }
  } catch (error) {
    await abort();
    throw error;
  }
  return {
    async write(windows) {
      for (const { block, lines, counts } of windows) {
        if (lines.probes && lines.probes.bytes.length > 0) await dataset?.write(block, lines.probes.bytes as Buffer);
        if (dataset && counts) listDevices(dataset, block, counts, fleet, ids);
      }
      for (const [kind, file] of files) {
        await file.write(mergeSeconds(windows.flatMap(({ lines }) => lines[kind] ?? [])));
      }
    },
    async finish() {
      for (const file of files.values()) await file.finish();
      return await dataset?.finish();
    },
    abort,
  };
}

/** A device that fell silent for good is none of the dataset. */
function listDevices(
  dataset: DatasetWriter,
  block: number,
  { fixes, firstSecond, lastSecond }: DeviceCounts,
  { agents, start }: FleetOptions,
  ids: readonly string[],
): void {
  const { first } = agentsOf(block, agents);
  for (const [n, count] of fixes.entries()) {
    if (count === 0) continue;
    dataset.device(ids[first + n]!, block, count, start + firstSecond[n]! * 1000, start + lastSecond[n]! * 1000);
  }
}
