import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SetupError } from '../src/errors.ts';
import { makeDirectory } from '../src/make-directory.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-make-directory-'));
  await mkdir(join(dir, 'there', 'already'), { recursive: true });
  await writeFile(join(dir, 'file'), '');
  await symlink('nowhere', join(dir, 'dangling'));
  await symlink('there', join(dir, 'linked'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const hint = 'Choose another with --out.';

test.each(['new', 'several/new/ones', 'there', 'there/already', 'linked', 'linked/new', 'a/../b', '.'])(
  '%s',
  async (name) => {
    makeDirectory(join(dir, name), { hint });
    expect((await stat(join(dir, name))).isDirectory()).toBe(true);
  },
);

test('its mode is that of all that are made, and of none that was there', async () => {
  const modeOf = async (name: string) => (await stat(join(dir, name))).mode & 0o777;
  const before = await modeOf('there');
  makeDirectory(join(dir, 'there', 'a', 'b'), { hint, mode: 0o700 });
  expect([await modeOf('there'), await modeOf('there/a'), await modeOf('there/a/b')]).toEqual([before, 0o700, 0o700]);
});

const refused = (path: string): Error => {
  try {
    makeDirectory(path, { hint, what: "the run's directory" });
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${path} was made`);
};

test.each([
  ['file', 'file'],
  ['file/below', 'file'],
  ['file/far/below', 'file'],
  ['dangling', 'dangling'],
])('%s cannot be one, as %s is none', (name, culprit) => {
  const error = refused(join(dir, name));
  expect(error).toBeInstanceOf(SetupError);
  expect(error).toMatchObject({
    message: `cannot make the run's directory ${join(dir, name)}: ${join(dir, culprit)} is no directory`,
    hint,
  });
});

test.skipIf(!existsSync('/proc/self'))('it ends where a file system takes no directories', () => {
  for (const path of ['/proc/x', '/proc/x/y/z'])
    expect(refused(path).message).toBe(`cannot make the run's directory ${path}: no directory can be made in /proc`);
});
