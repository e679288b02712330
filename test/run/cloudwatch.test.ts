import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { cloudWatchApi } from '../../src/local/cloudwatch/api.ts';
import { type Metrics, openMetrics } from '../../src/local/cloudwatch/metrics.ts';
import { metricsOf, readMetrics, writeMetrics } from '../../src/run/cloudwatch.ts';
import type { DeployedStack } from '../../src/target.ts';
import { serveApi } from '../support/serve-api.ts';

const BEGIN = Date.UTC(2026, 10, 24, 12, 0, 0);
const STACK: DeployedStack = {
  name: 'simctl',
  ingest: 'lambda',
  ingestFunction: 'store',
  queryFunction: 'query',
  registrationRole: 'arn',
};

let now: number;
let metrics: Metrics;
let client: CloudWatchClient;
let dir: string;
beforeEach(async () => {
  now = BEGIN;
  dir = await mkdtemp(join(tmpdir(), 'simctl-run-metrics-'));
  metrics = openMetrics(dir, () => now);
  const { endpoint, close } = await serveApi(cloudWatchApi(metrics, () => now));
  client = new CloudWatchClient({
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return async () => {
    client.destroy();
    await close();
    await metrics.close();
    await rm(dir, { recursive: true });
  };
});

/** Two minutes of a function, ten milliseconds more each second, and a second function that is not asked after. */
function measure(): void {
  for (let second = 0; second < 120; second++) {
    now = BEGIN + second * 1000;
    metrics.ofFunction('store', 'Invocations', 1);
    metrics.ofFunction('store', 'Duration', 10 * (second + 1));
    metrics.ofFunction('other', 'Invocations', 1);
  }
  now += 1000;
}

/** Time passes only where it is waited for. */
const clock: Clock = {
  now: () => now,
  async until(at) {
    now = Math.max(now, at);
    return true;
  },
};

describe('what CloudWatch saw of a run', () => {
  it('is a line for each metric and minute, as the stand-in writes them for seconds', async () => {
    measure();
    const lines = await readMetrics(client, metricsOf(STACK), { from: BEGIN + 5000, to: BEGIN + 119_000 });
    const common = { namespace: 'AWS/Lambda', dimensions: { FunctionName: 'store' }, seconds: 60, samples: 60 };
    expect(lines).toEqual([
      { ...common, metric: 'Invocations', at: BEGIN, sum: 60, min: 1, max: 1 },
      { ...common, metric: 'Duration', at: BEGIN, sum: 18_300, min: 10, max: 600 },
      { ...common, metric: 'Invocations', at: BEGIN + 60_000, sum: 60, min: 1, max: 1 },
      { ...common, metric: 'Duration', at: BEGIN + 60_000, sum: 54_300, min: 610, max: 1200 },
    ]);
  });

  it('is the run’s minutes only', async () => {
    measure();
    const lines = await readMetrics(client, metricsOf(STACK), { from: BEGIN + 60_000, to: BEGIN + 119_999 });
    expect(new Set(lines.map(({ at }) => at))).toEqual(new Set([BEGIN + 60_000]));
  });

  it('is written once it no longer changes', async () => {
    measure();
    const file = join(dir, 'of-the-run.ndjson');
    const window = { from: BEGIN, to: now };
    const abort = new AbortController().signal;
    const written = await writeMetrics({ region: 'r', stack: STACK, window, file, clock, abort, client });
    expect(written).toEqual({ lines: 4, settled: true });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).metric)).toEqual([
      'Invocations',
      'Duration',
      'Invocations',
      'Duration',
    ]);
    expect(now).toBeLessThan(window.to + 150_000);
  });

  it('is waited for no longer than some minutes, and not at all after an interruption', async () => {
    const file = join(dir, 'of-the-run.ndjson');
    const options = { region: 'r', stack: STACK, window: { from: BEGIN, to: now }, file, clock, client };
    expect(await writeMetrics({ ...options, abort: new AbortController().signal })).toEqual({
      lines: 0,
      settled: false,
    });
    expect(now - BEGIN).toBeLessThan(300_000);
    const before = now;
    expect(await writeMetrics({ ...options, abort: AbortSignal.abort() })).toEqual({ lines: 0, settled: false });
    expect(now).toBe(before);
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('is all that the three designs have to show', () => {
    const names = (stack: DeployedStack) => metricsOf(stack).map(({ metric }) => metric);
    expect(names({ ...STACK, ingest: 'stream' })).toContain('IteratorAge');
    const { ingestFunction: _, ...direct } = STACK;
    expect(metricsOf({ ...direct, ingest: 'direct' }).map(({ dimensions }) => dimensions)).toContainEqual({
      RuleName: 'store_positions',
      ActionType: 'Location',
    });
    for (const metric of ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'])
      expect(names(STACK).filter((name) => name === metric)).toHaveLength(2);
  });
});
