import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
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

/** @throws UsageError where `dir` is no dataset, or one of another format. */
export async function openDataset(dir: string): Promise<Dataset> {
  const file = join(dir, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    const why =
      code === 'ENOENT' ? `there is no ${MANIFEST} in it` : code === 'ENOTDIR' ? 'it is a file' : messageOf(error);
    throw new UsageError(`${dir} is no dataset: ${why}`, {
      hint: 'Make one with "simctl generate --out DIR", or give probe files with --probes.',
    });
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
    const value = manifest[name];
    if (!Number.isFinite(value) || value! < 0)
      throw new UsageError(`${file}: "${name}" must be a number from 0 up, not ${JSON.stringify(value)}`, again);
  }
  if (manifest.firstSampleTime! > manifest.lastSampleTime!) {
    throw new UsageError(`${file}: "firstSampleTime" is later than "lastSampleTime"`, again);
  }
  const { partitions } = manifest;
  if (!Array.isArray(partitions) || partitions.length === 0) {
    throw new UsageError(`${file}: "partitions" must list the probe files`, again);
  }
  const bad = partitions.findIndex((partition) => !isPartition(partition));
  if (bad >= 0) {
    const found = JSON.stringify(partitions[bad]);
    throw new UsageError(
      `${file}: "partitions"[${bad}] must name a file beside it, devices and fixes: ${found}`,
      again,
    );
  }
  return manifest as Manifest;
}

/** The file lies in the dataset's own directory: a dataset from elsewhere must not lead out of it. */
function isPartition(value: unknown): boolean {
  const { file, devices, fixes } = (value ?? {}) as Record<string, unknown>;
  return typeof file === 'string' && file !== '' && basename(file) === file && [devices, fixes].every(isCount);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
