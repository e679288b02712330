import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { requestedOptions } from '../../src/library/run.ts';

test('a request of nothing is a run without flags, whatever the environment of an array job says', async () => {
  process.env.SLURM_ARRAY_TASK_ID = '3';
  const options = await requestedOptions({}).finally(() => delete process.env.SLURM_ARRAY_TASK_ID);
  expect(options).toMatchObject({ transport: 'iot', target: 'local', pace: 'replay:10', qos: 1, thresholds: [] });
  expect(options.generate).toMatchObject({ agents: 1000, seconds: 660, seed: 1 });
  expect(options.shard).toBeUndefined();
});

test('what is said goes before the defaults, part by part; what is undefined is not said', async () => {
  const options = await requestedOptions({
    devices: 10,
    seconds: 90,
    generate: { seed: 7 },
    standIn: { jitterMs: 5 },
    transport: 'memory',
    settleMs: undefined,
  });
  expect(options).toMatchObject({
    transport: 'memory',
    settleMs: 3000,
    generate: { agents: 10, seed: 7, seconds: 90 },
    standIn: { ingest: 'lambda', environments: 1, jitterMs: 5 },
  });
});

test('phases, and the pace that they make', async () => {
  const phases = [
    { name: 'a', seconds: 5 },
    { name: 'b', pace: 'ramp:3..9/s over 6s' },
  ];
  expect(await requestedOptions({ pace: 'rate:3/s', phases })).toMatchObject({
    phases: [
      { name: 'a', seconds: 5 },
      { name: 'b', seconds: 6 },
    ],
    pace: 'rate:3/s over 5s then ramp:3..9/s over 6s',
  });
  const wrong = [{ name: 'a' }, { name: 'b', pace: 'rate:3/s' }];
  await expect(requestedOptions({ phases: wrong })).rejects.toThrow(UsageError);
  await expect(requestedOptions({ phases: wrong })).rejects.toThrow(
    /phases\[0\]: say how long.*\nphases\[1\]: pace "rate:3\/s" has no end/,
  );
});

test('a scenario, and what goes before it', async () => {
  const scenario = 'examples/storm.yaml';
  const options = await requestedOptions({ scenario, devices: 99, pace: 'rate:50/s' });
  expect(options).toMatchObject({ pace: 'rate:50/s over 55s', generate: { agents: 99, seconds: 1800 } });
  expect(options.phases?.map(({ name }) => name)).toEqual(['calm', 'tunnel', 'storm']);
  expect(options.faults).toEqual(['cut 10% at 17s for 10s', 'storm at 40s']);
});
