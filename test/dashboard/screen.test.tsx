import { render } from 'ink-testing-library';
import { describe, expect, test } from 'vitest';
import { fleetLine, lineReporter } from '../../src/dashboard/lines.ts';
import { bar, duration, Screen, type ScreenState, spark } from '../../src/dashboard/screen.tsx';
import { progress } from '../support/progress.ts';

const percentiles = { count: 9, p50: 1.5, p90: 2, p99: 12.25, p999: 20, max: 123.4 };
const fleet = progress({
  stage: 'running',
  devices: 1000,
  connected: 998,
  connectFailed: 2,
  startedAt: 10_000,
  now: 40_000,
  sent: 11_000,
  planned: 22_000,
  scheduledMs: 66_000,
  acknowledged: 10_990,
  failed: 7,
  unknown: 3,
  inFlight: 4,
  failures: { 'not-connected': 7, 'no-answer': 3 },
  response: percentiles,
  service: percentiles,
  late: { ...percentiles, max: 0.4 },
  lag: percentiles,
  seen: 10_500,
});
const state: ScreenState = {
  title: 'simctl run',
  step: 'run',
  text: 'Sending 22000 updates, pace replay:10',
  done: 998,
  total: 1000,
  fleet,
  rates: [100, 350, 366],
  notes: ['a note'],
  stopping: false,
};

const textOf = (shown: ScreenState, columns = 100) => {
  const { lastFrame, unmount } = render(<Screen state={shown} columns={columns} />);
  const text = lastFrame() ?? '';
  unmount();
  return text;
};

describe('screen', () => {
  test('shows progress, rate, percentiles, failures, lateness and the time left', () => {
    const text = textOf(state);
    expect(text).toContain('50 %, 36 s left');
    expect(text).toContain('366 updates/s, 11000 of 22000');
    expect(text).toContain('998 devices connected (2 not), 4 in flight, 10500 seen by the viewer');
    expect(text).toMatch(/response \(due→answer\) +1\.5 +2\.0 +12\.3 +20\.0 +123/);
    expect(text).toMatch(/late \(due→sent\) +1\.5/);
    expect(text).toContain('7 failed, 3 without an answer: not-connected 7, no-answer 3');
    expect(text).toContain('a note');
    expect(text).toContain('✓ certificates');
    expect(text).toContain('▸ run');
  });

  test('before the start it shows how far the step is', () => {
    const text = textOf({
      ...state,
      step: 'provision',
      text: 'Making 1000 things',
      done: 250,
      total: 1000,
      fleet: undefined,
    });
    expect(text).toContain('Making 1000 things');
    expect(text).toContain('250/1000');
  });

  test('says that it is stopping, and that another Ctrl-C cuts off', () => {
    expect(textOf({ ...state, stopping: true })).toContain('Ctrl-C again');
  });

  test.each([20, 40, 80, 200])('no line is wider than %i columns', (columns) => {
    for (const line of textOf(state, columns).split('\n'))
      expect([...line].length).toBeLessThanOrEqual(Math.max(20, columns));
  });
});

test('bar, spark and duration', () => {
  expect([bar(0, 4), bar(0.5, 4), bar(2, 4)]).toEqual(['░░░░', '██░░', '████']);
  expect(spark([0, 1, 2], 10)).toBe('▁▄█');
  expect(spark([1, 2, 3], 2)).toHaveLength(2);
  expect([duration(900), duration(61_000), duration(3_660_000)]).toEqual(['1 s', '1 min 1 s', '1 h 1 min']);
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
