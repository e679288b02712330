import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DESIGNS, estimate, savings, type Usage } from '../../src/estimate/estimate.ts';
import { costOf, PRICES } from '../../src/estimate/prices.ts';
import { estimateText } from '../../src/estimate/table.ts';

/** A million updates: 1,000 devices, one every 36 s, an hour a day, ten days. */
const MILLION: Usage = {
  devices: 1000,
  intervalSeconds: 36,
  hoursPerDay: 1,
  daysPerMonth: 10,
  payloadBytes: 160,
  basicIngest: false,
  trackers: 10,
  viewers: 0,
  pollSeconds: 5,
  lambdaMs: 50,
  lambdaMegabytes: 256,
};
const usdOf = (of: ReturnType<typeof estimate>) => Object.fromEntries(of.items.map(({ name, usd }) => [name, usd]));

describe('a million updates, summed by hand', () => {
  test('lambda', () => {
    const made = estimate('lambda', MILLION);
    expect(made.messages).toBe(1e6);
    const usd = usdOf(made);
    expect(usd['devices connected']).toBeCloseTo(0.048, 6); // 1,000 × 600 min × 0.08 per million
    expect(usd.messages).toBeCloseTo(1, 6);
    expect(usd['rule and its action']).toBeCloseTo(0.3, 6);
    expect(usd['ingest function, requests']).toBeCloseTo(0.2, 6);
    expect(usd['ingest function, time']).toBeCloseTo(0.20833, 4); // 10^6 × 0.05 s × 0.25 GB = 12,500 GB-s
    expect(usd['tracker writes']).toBeCloseTo(50, 6);
    expect(made.usd).toBeCloseTo(51.75633, 4);
  });

  test('stream: a hundredth of the invocations, a record each, one shard for ten days', () => {
    const usd = usdOf(estimate('stream', MILLION));
    expect(usd['stream, records']).toBeCloseTo(0.014, 6);
    expect(usd['stream, shards']).toBeCloseTo(3.6, 6); // 240 h × 0.015
    expect(usd['ingest function, requests']).toBeCloseTo(0.002, 6);
  });

  test('direct: no function at all', () => {
    expect(Object.keys(usdOf(estimate('direct', MILLION)))).toEqual([
      'devices connected',
      'messages',
      'rule and its action',
      'tracker writes',
    ]);
  });

  test('a viewer reads a page for each hundred devices of each tracker', () => {
    const { items } = estimate('direct', { ...MILLION, viewers: 2, devices: 1500 });
    // 10 trackers of 150 devices: 2 pages each; 2 viewers, 36,000 s, one poll each 5 s
    expect(items.find(({ name }) => name === 'viewers, tracker reads')!.units).toBe(2 * 20 * 7200);
  });
});

test('tiers: the first billion at the first price, the rest at the next', () => {
  expect(costOf(PRICES.messaging, 1e9)).toBeCloseTo(1000, 6);
  expect(costOf(PRICES.messaging, 3e9)).toBeCloseTo(1000 + 1600, 6);
  expect(costOf(PRICES.messaging, 6e9)).toBeCloseTo(1000 + 3200 + 700, 6);
});

test('more devices, more often, or larger never cost less; the whole is the sum of its items', () => {
  const usage = fc.record({
    devices: fc.integer({ min: 1, max: 1e6 }),
    intervalSeconds: fc.integer({ min: 1, max: 600 }),
    payloadBytes: fc.integer({ min: 1, max: 131_072 }),
    viewers: fc.nat(10),
  });
  fc.assert(
    fc.property(usage, fc.constantFrom(...DESIGNS), (some, design) => {
      const [small, usual] = [{ ...MILLION, ...some }, estimate(design, { ...MILLION, ...some })];
      for (const more of [
        { devices: some.devices * 2 },
        { intervalSeconds: some.intervalSeconds / 2 },
        { payloadBytes: some.payloadBytes + 5000 },
      ])
        expect(estimate(design, { ...small, ...more }).usd).toBeGreaterThanOrEqual(usual.usd);
      expect(usual.items.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(usual.usd, 6);
    }),
  );
});

test('what is sent more often than trackers store is the first thing to save', () => {
  const usage = { ...MILLION, intervalSeconds: 5 };
  const best = estimate('direct', usage);
  expect(savings(best, usage)[0]!.text).toContain('every 30 s');
  expect(
    savings(estimate('direct', MILLION), MILLION)
      .map(({ text }) => text)
      .join(),
  ).not.toContain('every 30 s');
});

test('a person reads what dominates, and where each price is from', () => {
  const text = estimateText(
    DESIGNS.map((design) => estimate(design, MILLION)),
    MILLION,
  );
  expect(text).toMatch(/tracker writes +50\.00 +50\.00 +50\.00/);
  expect(text).toContain('tracker writes are 97 % of the cheapest.');
  expect(text).toContain('unverified');
});
