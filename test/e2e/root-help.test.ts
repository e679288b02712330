/** The first help is laid out without the framework: nobody may see a difference. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rootHelp, type Surroundings } from '../../src/root-help.ts';
import { program } from '../support/simctl.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'bin/run.js');
const { FORCE_COLOR: _, DEBUG: __, ...env } = process.env;
let home: string;
let built: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'simctl-root-help-'));
  built = await readFile(join(root, 'dist/root-help.txt'), 'utf8');
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** On a terminal of so many columns. */
const helpOn = (columns: number, what: Partial<Surroundings> & { isColoured?: boolean } = {}) => {
  const terminal = { isTTY: true, columns, hasColors: () => what.isColoured === true };
  const { platform, arch, version } = process;
  return rootHelp(built, { env: { HOME: home }, platform, arch, version, stdout: terminal, stderr: terminal, ...what });
};

const frameworksOwn = async (columns: number, isColoured: boolean) =>
  program(process.execPath, [bin, '--help'], {
    ...env,
    OCLIF_COLUMNS: String(columns),
    FORCE_COLOR: isColoured ? '1' : '0',
  });

test.each([40, 55, 70, 79, 80, 81, 100, 132, 200])("it is the framework's own in %d columns", async (columns) => {
  expect(helpOn(columns)).toBe((await frameworksOwn(columns, false)).stdout);
  const coloured = (await frameworksOwn(columns, true)).stdout;
  expect(coloured).toContain('\u001b[1mCOMMANDS\u001b[22m');
  expect(helpOn(columns, { isColoured: true })).toBe(coloured);
});

test('narrower terminals get the narrowest, one that does not tell its width the usual', () => {
  expect(helpOn(12)).toBe(helpOn(40));
  expect(helpOn(0)).toBe(helpOn(80));
});

test.each([[[]], [['--help']], [['help']], [['--help', '--nested-commands']]])(
  'simctl %j in a pipe says the same',
  async (args) => {
    const { code, stdout, stderr } = await program(process.execPath, [bin, ...args], env);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: (await frameworksOwn(80, false)).stdout, stderr: '' });
  },
);

describe('the framework is asked', () => {
  test.each(['DEBUG', 'SIMCTL_DEBUG', 'FORCE_COLOR', 'OCLIF_COLUMNS', 'WSL_DISTRO_NAME'])('where %s is set', (name) => {
    expect(helpOn(80, { env: { HOME: home, [name]: '1' } })).toBeUndefined();
    expect(helpOn(80, { env: { HOME: home, [name]: '1' }, stdout: {} })).toBeUndefined();
  });

  test.each(['CI', 'NO_COLOR', 'SIMCTL_CONFIG_DIR'])('where %s is set and colours are in question', (name) => {
    expect(helpOn(80, { env: { HOME: home, [name]: '1' } })).toBeUndefined();
    expect(helpOn(80, { env: { HOME: home, [name]: '1' }, stdout: {} })).toBe(helpOn(80));
  });

  test('on Windows', () => expect(helpOn(80, { platform: 'win32' })).toBeUndefined());

  test('where the user has a theme', async () => {
    const config = join(home, 'themed', '.config');
    await mkdir(join(config, 'simctl'), { recursive: true });
    await writeFile(join(config, 'simctl', 'theme.json'), '{"command":"red"}');
    expect(helpOn(80, { env: { HOME: join(home, 'themed') } })).toBeUndefined();
    expect(helpOn(80, { env: { HOME: home, XDG_CONFIG_HOME: config } })).toBeUndefined();
  });
});
