import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { program } from '../support/simctl.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
let home: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'simctl-completion-'));
  env = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), SIMCTL_HOME: join(home, 'simctl'), NODE_NO_WARNINGS: '1' };
  const { code, stderr } = await program(process.execPath, [bin, 'autocomplete', 'bash', '--refresh-cache'], env);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** What a real bash, set up as `simctl autocomplete` says, offers for the last word. */
async function offered(...words: string[]): Promise<string[]> {
  const script = [
    `eval "$(${process.execPath} ${bin} autocomplete script bash)"`,
    'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))',
    `"$(complete -p simctl | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"`,
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('\n');
  const { code, stdout, stderr } = await program('bash', ['-c', script, 'bash', ...words], env);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((word) => word !== '');
}

test.each([
  [['simctl', 'pro'], ['provision']],
  [['simctl', 'fleet', 'a'], ['activate']],
  [
    ['simctl', 'fleet', ''],
    ['activate', 'export', 'list', 'remove', 'verify'],
  ],
  [['simctl', 'run', '--tar'], ['--target']],
  [['simctl', 'doctor', '--j'], ['--json']],
  [['simctl', 'nonsense', '--'], []],
])('%j offers %j', async (words, expected) => {
  expect((await offered(...words)).sort()).toEqual(expected);
});

test('the first word may be any command', async () => {
  expect(await offered('simctl', '')).toEqual(expect.arrayContaining(['run', 'local', 'fleet', 'report', 'doctor']));
});

test('for zsh, there is a function with every command and its flags', async () => {
  const { stdout } = await program(process.execPath, [bin, 'autocomplete', 'script', 'zsh'], env);
  expect(stdout).toContain('simctl autocomplete setup');
  const { stdout: text } = await program('cat', [
    join(env.XDG_CACHE_HOME!, 'simctl/autocomplete/functions/zsh/_simctl'),
  ]);
  expect(text).toMatch(/^#compdef simctl/);
  expect(text).toContain('--lag-limit');
});
