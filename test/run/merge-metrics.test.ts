import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mergeMetrics } from '../../src/run/merge-metrics.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'simctl-metrics-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const line = (metric: string, at: number, samples: number, name = 'f') =>
  `${JSON.stringify({ namespace: 'AWS/Lambda', metric, dimensions: { FunctionName: name }, at, samples, sum: samples })}\n`;

test('of each metric and minute the fullest line stays, once, by time', async () => {
  const [a, b, absent, out] = ['a', 'b', 'absent', 'out'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
    string,
  ];
  await writeFile(a, line('Invocations', 60_000, 5) + line('Invocations', 120_000, 2) + line('Errors', 60_000, 5));
  await writeFile(b, line('Invocations', 0, 1) + line('Invocations', 120_000, 9) + line('Errors', 60_000, 5, 'g'));
  expect(await mergeMetrics([a, absent, b], out)).toBe(5);
  expect(await readFile(out, 'utf8')).toBe(
    line('Invocations', 0, 1) +
      line('Invocations', 60_000, 5) +
      line('Errors', 60_000, 5) +
      line('Errors', 60_000, 5, 'g') +
      line('Invocations', 120_000, 9),
  );
});

test('where no shard read any, there is no file', async () => {
  expect(await mergeMetrics([join(dir, 'absent')], join(dir, 'out'))).toBe(0);
  await expect(readFile(join(dir, 'out'))).rejects.toThrow('ENOENT');
});
