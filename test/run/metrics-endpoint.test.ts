import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentReporter } from '../../src/dashboard/reporter.ts';
import { SetupError, UsageError } from '../../src/errors.ts';
import { type MetricsEndpoint, openMetricsEndpoint } from '../../src/run/metrics-endpoint.ts';
import { progress } from '../support/progress.ts';

let endpoint: MetricsEndpoint;
beforeEach(async () => {
  endpoint = await openMetricsEndpoint(':0');
});
afterEach(() => endpoint.close());

const metrics = async () => (await (await fetch(`${endpoint.url}/metrics`)).text()).split('\n');

test("Prometheus reads the run's figures, and counters only grow", async () => {
  const reporter = endpoint.watch(silentReporter());
  reporter.step('run', 'Sending');
  reporter.fleet(progress());
  reporter.fleet(progress({ acknowledged: 8, seen: 7 }));
  expect(await metrics()).toEqual(
    expect.arrayContaining([
      'simctl_updates_total{verdict="acknowledged"} 8',
      'simctl_updates_total{verdict="failed"} 1',
      'simctl_failures_total{code="no \\"answer\\""} 1',
      'simctl_seen_total 7',
      'simctl_updates_planned 100',
      'simctl_updates_in_flight 2',
      'simctl_devices{state="connected"} 9',
      'simctl_step{step="run"} 1',
      'simctl_latency_seconds{kind="response",quantile="0.99"} 0.0125',
    ]),
  );
});

test('a follower gets the last snapshot at once, and each that comes', async () => {
  const told: string[] = [];
  const reporter = endpoint.watch({ ...silentReporter(), fleet: ({ sent }) => told.push(`${sent}`) });
  reporter.step('run', 'Sending');
  reporter.fleet(progress());
  const { body } = await fetch(`${endpoint.url}/snapshots`);
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  expect(JSON.parse((await reader.read()).value!)).toEqual({ step: 'run', ...progress() });
  reporter.fleet(progress({ sent: 7 }));
  expect(JSON.parse((await reader.read()).value!)).toMatchObject({ step: 'run', sent: 7 });
  await reader.cancel();
  expect(told).toEqual(['6', '7']); // whoever else is told still is
});

test('what is not there', async () => {
  expect((await fetch(`${endpoint.url}/`)).status).toBe(404);
  expect((await fetch(`${endpoint.url}/metrics`, { method: 'POST' })).status).toBe(405);
});

describe('addresses', () => {
  test.each(['', 'nine', ':70000', '127.0.0.1', ':-1', 'a:b:9464'])('"%s" is none', async (at) => {
    await expect(openMetricsEndpoint(at)).rejects.toThrow(UsageError);
  });

  test('one that is taken says so, and what to do', async () => {
    const taken = new URL(endpoint.url).port;
    await expect(openMetricsEndpoint(taken)).rejects.toThrow(SetupError);
    await expect(openMetricsEndpoint(`127.0.0.1:${taken}`)).rejects.toMatchObject({
      hint: expect.stringContaining('another port'),
    });
  });
});
