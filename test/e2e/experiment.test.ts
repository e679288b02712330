import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderingResult } from '../../src/run/experiment-ordering.ts';
import type { Summary } from '../../src/run/summary.ts';
import { type Simctl, simctl } from '../support/simctl.ts';

let cli: Simctl;
beforeAll(async () => {
  cli = await simctl();
});
afterAll(() => cli.remove());

const SMALL = ['experiment', 'ordering', '--agents', '6', '--seconds', '120', '--environments', '4'];

test('the same fleet through every design: each row accounts for every update, the baseline refuses none', async () => {
  const { code, stdout, stderr } = await cli.run(
    ...SMALL,
    ...['--jitter', '20', '--min-gap', '50', '--settle', '1000', '--out', 'all', '--json'],
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining('[5/5] direct')]);
  const result = JSON.parse(stdout) as OrderingResult;
  expect(result).toMatchObject({ planned: 5, interrupted: false });
  expect(result.rows.map(({ design, jitterMs, minGapMs }) => [design, jitterMs, minGapMs])).toEqual([
    ['lambda', 0, 0],
    ['lambda', 20, 0],
    ['lambda', 20, 50],
    ['stream', 20, 0],
    ['direct', 20, 0],
  ]);
  expect(result.rows[0]).toMatchObject({ sent: 24, refusedAsOlder: 0, stored: 24, reordered: 0 });
  for (const row of result.rows) {
    expect(row).toMatchObject({ sent: 24, lost: 0, otherwise: 0 });
    expect(row.refusedAsOlder + row.stored).toBe(24);
    const summary = JSON.parse(await readFile(`${row.out}/summary.json`, 'utf8')) as Summary;
    expect(summary).toMatchObject({ sent: 24, refused: row.refusedAsOlder });
  }
  expect(JSON.parse(await readFile(cli.file('all', 'ordering.json'), 'utf8'))).toEqual(result);
  expect((await readdir(cli.file('all'))).sort()).toEqual([
    '01-lambda-environments-1-jitter-0',
    '02-lambda-environments-4-jitter-20',
    '03-lambda-environments-4-jitter-20-gap-50',
    '04-stream-environments-4-jitter-20',
    '05-direct-jitter-20',
    'dataset',
    'ordering.json',
  ]);
}, 120_000); // five whole runs, on a machine that may be busy

test('SIGINT: the row that is running ends, the table so far is printed, exit code 130', async () => {
  const { child, ended } = cli.start(...SMALL, '--settle', '500', '--out', 'cut');
  let said = '';
  child.stdout!.on('data', (chunk) => {
    said += chunk;
    if (said.includes('Sending') && !child.killed) child.kill('SIGINT');
  });
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect(stdout).toContain('INTERRUPTED after 1 of 13 rows.');
  expect(stdout).toMatch(/^lambda +1 +0 +0 +24 +0 +0 /m);
  expect(stdout).not.toContain('[2/13]');
});

test('a second SIGINT ends the row too, and leaves it out', async () => {
  const { child, ended } = cli.start(...SMALL, '--settle', '60000', '--out', 'cut-off');
  let said = '';
  let [first, second] = [false, false];
  child.stdout!.on('data', (chunk) => {
    said += chunk;
    if (!first && said.includes('Waiting')) first = child.kill('SIGINT');
    // Two at once are one for the system.
    if (!second && said.includes('another signal cuts it off')) second = child.kill('SIGINT');
  });
  const { code, stdout } = await ended;
  expect([code, stdout]).toEqual([130, expect.stringContaining('INTERRUPTED after 0 of 13 rows.')]);
});

test.each<[string, string[], string]>([
  ['a gap that is none', ['--min-gap', 'soon'], '--min-gap is a number of ms'],
  ['no agents', ['--agents', '0'], '--agents: expected a whole number of at least 1; got "0"'],
  ['a jitter below zero', ['--jitter', '-5'], '--jitter: expected a whole number of at least 0; got "-5"'],
])('%s is refused, and leaves nothing', async (_, args, text) => {
  const { code, stderr } = await cli.ask('experiment', 'ordering', ...args, '--out', 'bad');
  expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
  expect(await readdir(cli.dir)).not.toContain('bad');
});
