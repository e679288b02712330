import { describe, expect, test } from 'vitest';
import { fleetLine, lineReporter } from '../../src/dashboard/lines.ts';
import { progress } from '../support/progress.ts';

const percentiles = { count: 9, p50: 1.5, p90: 2, p95: 5, p99: 12.25, p999: 20, max: 123.4 };
const fleet = progress({
  devices: 1000,
  connected: 998,
  connectFailed: 2,
  startedAt: 10_000,
  now: 40_000,
  sent: 11_000,
  planned: 22_000,
  failed: 7,
  unknown: 3,
  inFlight: 4,
  response: percentiles,
  late: percentiles,
  seen: 10_500,
});

describe('plain lines', () => {
  test('a line a step with its length, and the fleet every five seconds', async () => {
    let now = 0;
    const lines: string[] = [];
    const reporter = lineReporter(
      (line) => lines.push(line),
      () => now,
    );
    reporter.step('connect', 'Connecting');
    now = 4000;
    reporter.fleet(fleet);
    now = 6000;
    reporter.fleet(fleet);
    reporter.fleet(fleet);
    reporter.step('run', 'Sending');
    reporter.stopping();
    reporter.stopping();
    now = 7500;
    await reporter.close();
    expect(lines).toEqual([
      'Connecting',
      `  ${fleetLine(fleet)}`,
      '  done in 6.0 s',
      'Sending',
      '  stopping: what is in flight finishes; another signal cuts it off',
      '  done in 1.5 s',
    ]);
  });

  test('a line says rate, flight, failures and times', () => {
    expect(fleetLine(fleet)).toBe(
      '11000/22000 sent (367/s), 4 in flight, 7 failed, 3 unknown, response p50 1.5 p99 12.3 ms, late p99 12.3 ms, 10500 seen',
    );
    expect(fleetLine({ ...fleet, startedAt: 0 })).toBe('998 of 1000 connected, 2 failed');
  });
});
