import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simctl, simctl } from '../support/simctl.ts';

const root = new URL('../../', import.meta.url);
const { commands } = JSON.parse(readFileSync(new URL('dist/oclif.manifest.json', root), 'utf8')) as {
  commands: Record<string, unknown>;
};

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl({ COLUMNS: '80' });
});
afterAll(() => cli.remove());

test.each(Object.keys(commands).map((id) => id.replace(':', ' ')))('the help of %s fits 80 columns', async (id) => {
  const words = id.split(' ');
  const { code, stdout } = await cli.ask(...words, '--help');
  expect(code).toBe(0);
  const [help = '', ...examples] = stdout.split(/^COMMANDS$/m)[0]!.split(/^EXAMPLES$/m);
  expect(examples).toHaveLength(1);
  expect(help).toContain(`\n  $ simctl ${words.join(' ')}`);
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  // An example is there to be copied: it stands in one line.
  for (const example of examples
    .join('')
    .split('\n\n')
    .map((text) => text.trim()))
    if (example !== '') expect(example).toMatch(/^\$ simctl .*$/);
});

test('the usage of run names what rules each other out', async () => {
  const { stdout } = await cli.run('run', '--help');
  const usage = /^USAGE\n([\s\S]*?)\n\n/m.exec(stdout)?.[1]?.replaceAll(/\s+/g, ' ');
  expect(usage).toBe(
    ' $ simctl run [SCENARIO] [--dataset DIR|s3://… | --probes FILE... [--csv-columns id=…,time=…,lon=…,lat=…] | --generate] [--shard INDEX/NUMBER | --shards NUMBER] [FLAGS]',
  );
});

test('a report goes where --out says; --output, as it was called, still works and says what to write', async () => {
  const help = await cli.ask('report', '--help');
  expect(help.stdout).toContain('-o, --out=FILE');
  expect(help.stdout).not.toContain('--output');
  const told = await cli.run('report', 'no-such-run', '--output', 'x.html');
  expect(told.stderr).toContain('Use "--out | -o"');
  expect(told.stderr).toContain('no-such-run');
});

test.each([
  [['run', '--agnts', '5'], 'Error: Nonexistent flag: --agnts; did you mean --agents?\n'],
  [['compare'], 'Error: RUN is missing: directories of runs, one or more\n'],
  [['run', '--threshold', 'lost == 0', 'nowhere.yaml'], 'Error: there is no scenario nowhere.yaml\n'],
])('%j is told what is wrong with it in a line, and where the help is', async (words, said) => {
  const { code, stderr } = await cli.ask(...words);
  expect(code).toBe(2);
  expect(stderr.startsWith(said)).toBe(true);
  expect(stderr).toContain(`See "simctl ${words[0]} --help"`);
});
