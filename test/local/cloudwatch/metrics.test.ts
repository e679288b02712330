import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openMetrics } from '../../../src/local/cloudwatch/metrics.ts';
import { LambdaFunction } from '../../../src/local/lambda/lambda-function.ts';
import { LAMBDA_DEFAULTS } from '../../../src/local/lambda/settings.ts';
import { fakeClock } from '../../support/fake-clock.ts';

it('metrics are summed up by the second, a line for each in which there was something', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-metrics-'));
  const clock = fakeClock(10_000);
  const metrics = openMetrics(dir, clock.now);
  metrics.ofFunction('f', 'Duration', 5);
  metrics.ofFunction('f', 'Duration', 3);
  metrics.ofFunction('g', 'Duration', 1);
  await clock.advance(2500);
  metrics.ofFunction('f', 'Throttles', 1);
  await metrics.close();
  const text = await readFile(join(dir, 'metrics.ndjson'), 'utf8');
  await rm(dir, { recursive: true });
  const line = (at: number, metric: string, FunctionName: string, [samples, sum, min, max]: number[]) => ({
    namespace: 'AWS/Lambda',
    metric,
    dimensions: { FunctionName },
    at,
    samples,
    sum,
    min,
    max,
  });
  expect(
    text
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one)),
  ).toEqual([
    line(10_000, 'Duration', 'f', [2, 8, 3, 5]),
    line(10_000, 'Duration', 'g', [1, 1, 1, 1]),
    line(12_000, 'Throttles', 'f', [1, 1, 1, 1]),
  ]);
});

it('a function tells how long an attempt took, whether it failed, and how many ran', async () => {
  const clock = fakeClock();
  const told: unknown[] = [];
  const lambda = new LambdaFunction({
    name: 'f',
    clock,
    settings: { ...LAMBDA_DEFAULTS, environments: 2, retryDelaysMs: [] },
    load: async () => async (ms) => {
      await clock.until(clock.now() + Number(ms));
      if (ms === 30) throw new Error('no');
    },
    onInvocation: (invocation) => told.push(invocation),
    onThrottle: () => told.push('throttled'),
  });
  lambda.enqueue(20);
  lambda.enqueue(30);
  await expect(lambda.invoke(1)).rejects.toThrow('busy');
  await clock.advance(100);
  expect(told).toEqual([
    'throttled',
    { durationMs: 20, failed: false, concurrency: 1 },
    { durationMs: 30, failed: true, concurrency: 2 },
  ]);
});
