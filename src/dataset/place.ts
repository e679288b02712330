/** Where a dataset comes to stand: written beside its place, then put there whole. Nothing of anybody else's is touched. */
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, UsageError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { partialBeside } from '../partial.ts';
import { DEVICES } from './devices.ts';
import { MANIFEST, openDataset } from './manifest.ts';

export function partitionFile(partition: number): string {
  return `probes-${String(partition).padStart(2, '0')}.ndjson`;
}

/** @throws UsageError where there is anything at `place` but a dataset, an empty directory or nothing */
export async function refuseForeign(place: string): Promise<void> {
  const names = await readdir(place).catch((error): string[] => {
    if (codeOf(error) === 'ENOENT') return [];
    const why = codeOf(error) === 'ENOTDIR' ? 'there is a file in its place' : error.message;
    throw new UsageError(`${place} cannot become a dataset: ${why}`, {
      hint: 'Choose another directory with --out.',
    });
  });
  if (names.length === 0) return;
  // A dataset is replaced whole, so that whatever else is in there would be lost.
  const foreign = names.includes(MANIFEST) ? names.find((name) => !isOfDataset(name)) : names[0];
  if (foreign !== undefined) {
    throw new UsageError(`${place} holds files, and is no dataset (${foreign} is no part of one)`, {
      hint: 'Choose another directory with --out.',
    });
  }
}

function isOfDataset(name: string): boolean {
  return name === MANIFEST || name === DEVICES || /^probes-[0-9]+\.ndjson$/.test(name);
}

/** A new directory beside `place`, of this writer alone. What killed writers left there goes. */
export async function makePartial(place: string): Promise<string> {
  const hint = 'Choose another directory with --out.';
  makeDirectory(dirname(place), { hint });
  const partial = await partialBeside(place);
  makeDirectory(partial, { hint });
  return partial;
}

/**
 * Gives `partial` its place. A dataset that is there is moved away first and removed last, so that at any moment one of
 * the two is whole; with `keep`, it stays if it can be read, and `partial` goes.
 */
export async function putInPlace(partial: string, place: string, keep: boolean): Promise<void> {
  try {
    await rename(partial, place);
    return;
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
  }
  if (keep && (await isReadable(place))) {
    await rm(partial, { recursive: true, force: true });
    return;
  }
  const old = `${partial}-old`;
  await rename(place, old);
  await rename(partial, place);
  await rm(old, { recursive: true, force: true });
}

async function isReadable(place: string): Promise<boolean> {
  return await openDataset(place).then(
    () => true,
    () => false,
  );
}
