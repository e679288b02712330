/** What is written beside its place, to be put there whole. Its name says who writes it, so that what a killed process left can go. */
import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isRunning } from './process-alive.ts';

const PARTIAL = '.partial-';

/** Nobody writes for longer than this: of other machines' processes, which share the disk, nothing else can be known. */
const STALE_MS = 24 * 3_600_000;

const host = () => hostname().replaceAll(/[^A-Za-z0-9]/g, '_');

/** A name beside `place` that nobody else has. What was left there by processes that are gone is removed first. */
export async function partialBeside(place: string): Promise<string> {
  await removeAbandoned(place);
  return `${place}${PARTIAL}${host()}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

async function removeAbandoned(place: string): Promise<void> {
  const [parent, prefix] = [dirname(place), basename(place) + PARTIAL];
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const left = join(parent, name);
    const writer = /^([A-Za-z0-9_]+)-([0-9]+)-/.exec(name.slice(prefix.length));
    const isHere = writer?.[1] === host();
    const made = isHere ? undefined : await stat(left).catch(() => undefined);
    const isAbandoned = isHere
      ? !isRunning(Number(writer[2]))
      : made !== undefined && Date.now() - made.mtimeMs > STALE_MS;
    // Somebody else may be removing it too.
    if (isAbandoned) await rm(left, { recursive: true, force: true }).catch(() => {});
  }
}
