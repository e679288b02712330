import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { it } from 'vitest';

/** Real inputs that are not this project's to pass on: beside the repository, where they are at all. */
export function sharedFile(name: string): string {
  return fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
}

/** The lines of a gzipped file of theirs, without newlines. */
export function sharedLines(name: string): string[] {
  const lines = gunzipSync(readFileSync(sharedFile(name)))
    .toString('utf8')
    .split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A test that needs some of them, and says so where it is skipped. */
export function itWithShared(title: string, names: readonly string[], test: () => void | Promise<void>, ms?: number) {
  const missing = names.filter((name) => !existsSync(sharedFile(name)));
  if (missing.length === 0) return it(title, test, ms);
  return it.skip(`${title} (skipped: ../shared/data/${missing.join(', ')} is not here)`, test);
}
