import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { partialBeside } from '../src/partial.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-partial-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('what a process left that is gone is removed; nothing else is', async () => {
  const here = hostname().replaceAll(/[^A-Za-z0-9]/g, '_');
  const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
  const old = new Date(Date.now() - 25 * 3_600_000);
  const kept = [
    `set.partial-${here}-${process.ppid}-aaaaaaaa`, // somebody is writing it
    `set.partial-elsewhere-${gone}-bbbbbbbb`, // perhaps somebody on another machine is
    `other.partial-${here}-${gone}-cccccccc`,
    'set.partial',
    'set',
  ];
  const left = [`set.partial-${here}-${gone}-dddddddd`, 'set.partial-elsewhere-1-eeeeeeee', 'set.partial-ffffffff'];
  for (const name of [...kept, ...left.slice(0, 2)]) await writeFile(join(dir, name), '');
  await mkdir(join(dir, left[2]!));
  await writeFile(join(dir, left[2]!, 'probes'), '');
  for (const name of left.slice(1)) await utimes(join(dir, name), old, old);

  const partial = await partialBeside(join(dir, 'set'));
  expect((await readdir(dir)).sort()).toEqual(kept.sort());
  expect(basename(partial)).toMatch(new RegExp(`^set\\.partial-${here}-${process.pid}-[0-9a-f]{8}$`));
});
