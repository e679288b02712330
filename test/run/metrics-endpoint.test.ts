import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentReporter } from '../../src/dashboard/reporter.ts';
import { SetupError, UsageError } from '../../src/errors.ts';
import { followRun } from '../../src/run/follow-run.ts';
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

test('and those of each worker, of a pause and a phase', async () => {
  const reporter = endpoint.watch(silentReporter());
  const { sent, acknowledged, failed, unknown, inFlight, failures } = progress();
  const connections = { disconnects: 2, reconnects: 1, redeliveries: 1 };
  const worker = {
    ...connections,
    sent,
    acknowledged,
    failed,
    unknown,
    inFlight,
    failures,
    devices: 5,
    connected: 5,
    connectFailed: 0,
  };
  const workers = [
    { ...worker, response: 12.5, lag: 0.5 },
    { ...worker, acknowledged: 0, response: 1, lag: 1 },
  ];
  const phase = { name: 'peak', index: 1, of: 2, endsInMs: 5 };
  reporter.fleet(progress({ workers, stage: 'paused', pausedMs: 1500, phase, ...connections }));
  expect(await metrics()).toEqual(
    expect.arrayContaining([
      'simctl_worker_updates_total{worker="0",verdict="acknowledged"} 5',
      'simctl_worker_updates_total{worker="1",verdict="acknowledged"} 0',
      'simctl_worker_updates_in_flight{worker="1"} 2',
      'simctl_worker_latency_seconds{worker="0",kind="response",quantile="0.99"} 0.0125',
      'simctl_connect_failures{code="not-authorised"} 1',
      'simctl_connections_total{event="lost"} 2',
      'simctl_connections_total{event="redelivered"} 1',
      'simctl_paused 1',
      'simctl_paused_seconds 1.5',
      'simctl_phase{phase="peak"} 1',
    ]),
  );
});

test('a follower gets the last state at once, and each that comes', async () => {
  const told: string[] = [];
  const reporter = endpoint.watch({ ...silentReporter(), fleet: ({ sent }) => told.push(`${sent}`) });
  reporter.step('run', 'Sending');
  reporter.note('so it is');
  reporter.fleet(progress());
  const { body } = await fetch(`${endpoint.url}/snapshots`);
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  const state = { step: 'run', text: 'Sending', done: 0, total: 0, notes: ['so it is'], stopping: false };
  expect(JSON.parse((await reader.read()).value!)).toEqual({ ...state, fleet: progress() });
  reporter.fleet(progress({ sent: 7 }));
  expect(JSON.parse((await reader.read()).value!)).toMatchObject({ step: 'run', fleet: { sent: 7 } });
  await reader.cancel();
  expect(told).toEqual(['6', '7']); // whoever else is told still is
});

test('what simctl top shows is what the run itself shows, from the step that it comes to', async () => {
  const reporter = endpoint.watch(silentReporter());
  reporter.step('run', 'Sending');
  reporter.note('first');
  reporter.fleet(progress());
  const told: unknown[] = [];
  const leaving = new AbortController();
  const watching = followRun(
    endpoint.url,
    {
      step: (...of) => told.push(['step', ...of]),
      progress: (...of) => told.push(['progress', ...of]),
      fleet: ({ sent }) => {
        told.push(['fleet', sent]);
        if (sent === 6) {
          reporter.note('second');
          reporter.step('sweep', 'Reading back');
          reporter.stopping();
          reporter.fleet(progress({ sent: 9 }));
        } else leaving.abort();
      },
      note: (text) => told.push(['note', text]),
      stopping: () => told.push(['stopping']),
      close: async () => {},
    },
    leaving.signal,
  );
  expect(await watching).toMatchObject({ sent: 9 });
  expect(told.filter((one) => !(one as unknown[]).includes('fleet'))).toEqual([
    ['step', 'run', 'Sending'],
    ['note', 'first'],
    ['note', 'second'],
    ['step', 'sweep', 'Reading back'],
    ['stopping'],
  ]);
});

test('what changes too often is told less often; what ends a step never is', async () => {
  let now = 0;
  const slow = await openMetricsEndpoint(':0', () => now);
  const reporter = slow.watch(silentReporter());
  reporter.step('provision', 'Making things');
  const { body } = await fetch(`${slow.url}/snapshots`);
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read();
  for (let done = 1; done <= 1000; done++) {
    now += 1;
    reporter.progress(done, 1000);
  }
  reporter.step('connect', 'Connecting');
  await slow.close();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  const states = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(states.map(({ done }) => done)).toEqual([250, 500, 750, 1000, 0]);
  expect(states.at(-1)).toMatchObject({ step: 'connect' });
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
