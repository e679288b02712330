import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { type PlanRequest, planRun, planText } from '../../src/workers/plan.ts';
import { askedOf, shareOf, splitPartitions } from '../../src/workers/share.ts';

const request: PlanRequest = {
  pace: 'replay:10',
  minGap: '0',
  every: 30,
  workers: 2,
  live: false,
  connectConcurrency: 32,
  qos: 1,
  transport: 'iot',
  target: 'local',
  topicRoot: 'simUploadLocation',
  queryEndpoint: undefined,
  drop: [],
  shift: undefined,
  broker: undefined,
  legacySwap: false,
};
const fleet = {
  devices: 30,
  fixes: 660,
  firstSampleTime: 1_000_000,
  lastSampleTime: 1_600_000,
  everySeconds: 30,
  partitions: [
    { devices: 10, fixes: 220 },
    { devices: 20, fixes: 440 },
  ],
};

test('a plan says how long, how much and who', () => {
  const plan = planRun(request, fleet);
  expect(plan.scheduledMs).toBe(60_000);
  expect(planText(plan)).toBe(
    '30 devices, 660 updates over iot, pace replay:10: 60 s, 11 updates/s on average\n2 workers: 20 devices, 10 devices',
  );
});

test('--min-gap auto is the rule for the fleet at hand, and the plan says what it comes to', () => {
  const plan = planRun({ ...request, minGap: 'auto' }, fleet);
  expect(plan.minGapMs).toBe(300); // 100 + 6000 / 30
  expect(planText(plan)).toContain('a device waits 300 ms after an answer');
});

test('every problem is named at once', () => {
  const wrong = { ...request, pace: 'quick', minGap: '-1', every: 0, workers: 0, live: true, shift: 5 };
  const refusal = (() => {
    try {
      planRun(wrong, fleet);
    } catch (error) {
      return error;
    }
  })() as UsageError;
  expect(refusal).toBeInstanceOf(UsageError);
  expect(refusal.message.split('\n')).toEqual([
    expect.stringContaining('--pace'),
    expect.stringContaining('--min-gap'),
    expect.stringContaining('--every'),
    expect.stringContaining('--workers'),
    expect.stringContaining('--shift'),
  ]);
});

test.each<[string, Partial<PlanRequest>, Partial<typeof fleet>, string]>([
  ['mqtt without a broker', { transport: 'mqtt' }, {}, '--broker'],
  ['a broker without mqtt', { broker: 'mqtt://localhost' }, {}, '--broker'],
  ['the legacy payload straight to a tracker', { transport: 'tracker', legacySwap: true }, {}, '--legacy-swap'],
  ['more than thirty days', {}, { lastSampleTime: 1_000_000 + 31 * 86_400_000 }, '31.0 days'],
  ['nobody', {}, { devices: 0 }, 'no device'],
])('%s is refused', (_, flags, data, text) => {
  expect(() => planRun({ ...request, ...flags }, { ...fleet, ...data })).toThrow(text);
});

test('a pace that ends asks for so many updates, and the plan says what is left', () => {
  const plan = planRun({ ...request, pace: 'rate:10/s over 60s' }, fleet);
  expect(plan).toMatchObject({ updates: 600, fixes: 660, scheduledMs: 60_000, fleet: { updates: 600 } });
  expect(planText(plan)).toContain('the pace ends after 1min; 60 of 660 fixes are not asked for');
  expect(planRun({ ...request, pace: 'max over 30s' }, fleet)).toMatchObject({ updates: 660, scheduledMs: 30_000 });
  expect(() => planRun({ ...request, pace: 'rate:10/s over 67s' }, fleet)).toThrow(
    'asks for 670 updates, and the fleet has 660 fixes: 30 devices need 23 each, which is --seconds 690',
  );
});

test('shards divide what a pace asks for', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }), {
        minLength: 1,
        maxLength: 9,
      }),
      fc.nat(60),
      fc.boolean(),
      (counts, asked, byDevice) => {
        const partitions = counts.map((of) => ({ devices: of.length, fixes: of.reduce((a, b) => a + b, 0) }));
        const fixes = counts.flat();
        const of = Math.min(3, fixes.length);
        const shares = Array.from({ length: of }, (_, index) =>
          askedOf(shareOf({ index, of, saidBy: '--shard' }, partitions, counts, byDevice), asked, fixes.length),
        );
        // Round by round, device by device, as a rate asks.
        let expected = 0;
        for (let k = 0; k < asked; k++) if (Math.floor(k / fixes.length) < fixes[k % fixes.length]!) expected++;
        expect(shares.reduce((a, b) => a + b, 0)).toBe(expected);
      },
    ),
  );
});

test('a fleet closer than the filter is noted', () => {
  expect(planRun(request, { ...fleet, everySeconds: 5 }).notes.join()).toContain('--every 30');
  expect(planRun({ ...request, live: true }, fleet).notes.join()).toContain('--live');
});

test('every device is in exactly one shard, and shards differ by at most one partition', () => {
  const partition = fc
    .record({ devices: fc.integer({ min: 0, max: 50 }), fixes: fc.nat(1000) })
    .map(({ devices, fixes }) => ({ devices, fixes: devices === 0 ? 0 : fixes }));
  fc.assert(
    fc.property(
      fc.array(partition, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 8 }),
      (partitions, shards) => {
        const plans = splitPartitions(partitions, shards);
        const total = partitions.reduce((n, { devices }) => n + devices, 0);
        const taken = plans.flatMap((plan) =>
          plan.partitions.flatMap(({ partition, firstDevice }) =>
            Array.from({ length: partitions[partition]!.devices }, (_, i) => firstDevice + i),
          ),
        );
        expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
        expect(plans.every(({ devices }) => devices > 0)).toBe(true);
        const loads = plans.map(({ updates }) => updates);
        const largest = Math.max(0, ...partitions.map(({ fixes }) => fixes));
        if (plans.length === shards) expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(largest);
      },
    ),
  );
});
