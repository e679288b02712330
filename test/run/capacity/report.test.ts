import { describe, expect, test } from 'vitest';
import type { CapacityResult } from '../../../src/run/capacity/capacity.ts';
import { capacityText } from '../../../src/run/capacity/report.ts';
import type { CapacityStep } from '../../../src/run/capacity/step.ts';
import { wrapProse } from '../../../src/wrap-prose.ts';

const percentiles = (p50: number, p99: number) => ({ count: 1, p50, p90: p99, p95: p99, p99, p999: p99, max: p99 });

function stepOf(more: Partial<CapacityStep> = {}): CapacityStep {
  return {
    load: 100,
    offered: 100,
    achieved: 99.87,
    devices: 500,
    verdict: 'kept',
    broken: [],
    response: percentiles(4.2, 12.34),
    service: percentiles(4.2, 12.34),
    late: percentiles(0.4, 1.2),
    lag: percentiles(0.4, 1.2),
    sent: 2000,
    failed: 0,
    unknown: 0,
    failures: {},
    connectFailures: 0,
    lost: 0,
    refused: 0,
    cpu: 0.21,
    out: 'runs/x/01',
    ...more,
  };
}

function resultOf(steps: readonly CapacityStep[], by: 'rate' | 'devices' = 'rate'): CapacityResult {
  return {
    by,
    knee: { kind: 'knee', kept: 100, over: 200 },
    target: 'local',
    steps,
    search: { from: 50, to: 10_000, factor: 2, precision: 0.05, repeat: 3 },
    stepSeconds: 20,
    warmUpSeconds: 5,
    thresholds: ['response.p99 < 250ms', 'unknown < 0.1%', 'failed < 0.1%', 'lost == 0', 'refused == 0'],
    interrupted: false,
    out: 'runs/2026-01-31T08-00-00-capacity',
  } as unknown as CapacityResult;
}

/** The lines from the head of the table to the blank one. */
function tableOf(steps: readonly CapacityStep[], by?: 'rate' | 'devices'): string[] {
  const lines = capacityText(resultOf(steps, by)).split('\n');
  const head = lines.findIndex((line) => line.startsWith('load'));
  return lines.slice(head, lines.indexOf('', head));
}

const BROKEN = { verdict: 'broken', broken: ['BROKEN  unknown < 0.1%: 1 %'] } as const;
const worst = 12_345_678;
const WORST: Partial<CapacityStep> = {
  ...BROKEN,
  load: 1_234_000,
  achieved: 1_234_567,
  response: percentiles(600_000, 600_000),
  lag: percentiles(600_000, 600_000),
  failed: worst,
  unknown: worst,
  lost: worst,
  refused: worst,
  cpu: 64.25,
};

test('what is 0 throughout is left out; loads, latency and verdicts stay', () => {
  expect(tableOf([stepOf({ load: 200, ...BROKEN, unknown: 7 }), stepOf()])).toEqual([
    'load   answered  p50 ms  p99 ms  unknown  lag p99  cores  verdict',
    '100/s   99.87/s     4.2    12.3        0      1.2   0.21     kept',
    '200/s   99.87/s     4.2    12.3        7      1.2   0.21   BROKEN',
  ]);
});

describe('no line is wider than 80 columns', () => {
  test.each<[string, readonly CapacityStep[], 'rate' | 'devices', readonly string[]]>([
    ['all kept', [stepOf()], 'rate', ['cores']],
    ['many failures', [stepOf({ ...BROKEN, failed: 12, unknown: 345, lost: 6, refused: 78 })], 'rate', ['lag p99']],
    ['late', [stepOf({ verdict: 'saturated', lag: percentiles(30, 812), broken: BROKEN.broken })], 'rate', ['cores']],
    ['the worst', [stepOf(WORST), stepOf()], 'rate', []],
    ['the worst, of devices', [stepOf({ ...WORST, load: 10_000_000 }), stepOf()], 'devices', []],
  ])('%s', (_, steps, by, more) => {
    const text = wrapProse(capacityText(resultOf(steps, by)), 80);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    const [head = ''] = tableOf(steps, by);
    const failures = (['failed', 'unknown', 'lost', 'refused'] as const).filter((name) =>
      steps.some(({ [name]: n }) => n > 0),
    );
    for (const name of ['load', 'p99 ms', ...failures, ...more, 'verdict']) expect(head).toContain(name);
    expect(tableOf(steps, by)).toHaveLength(steps.length + 1);
  });
});

test('what a late generator means is said where there was one', () => {
  expect(capacityText(resultOf([stepOf({ verdict: 'saturated' })]))).toContain('\nlate: no evidence of the target');
  const busy = stepOf({ load: 200, verdict: 'saturated', late: percentiles(40, 900), busyWhileLate: 0.987 });
  expect(capacityText({ ...resultOf([busy]), knee: { kind: 'generator', over: 200 } })).toContain(
    'at 200/s 1 in 100 updates were 900 ms late or more, while its threads were at work 99 % of the time.',
  );
  expect(capacityText(resultOf([stepOf()]))).not.toContain('late');
});
