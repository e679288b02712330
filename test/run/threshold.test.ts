import { describe, expect, test } from 'vitest';
import { encodeHistogram, newHistogram, recordMs } from '../../src/histogram.ts';
import type { Summary } from '../../src/run/summary.ts';
import { judge, judgementText, parseThreshold, parseThresholds, type Threshold } from '../../src/run/threshold.ts';
import type { Latencies } from '../../src/workers/protocol.ts';
import type { Slice } from '../../src/workers/timeline.ts';

const times = { count: 100, p50: 10, p90: 50, p99: 240, p999: 300, max: 400 };
const summary = {
  sent: 2000,
  acknowledged: 1990,
  failed: 2,
  lost: 0,
  refused: 7,
  seconds: 10,
  response: times,
  endToEnd: { ...times, count: 0, p99: 0 },
} as Partial<Summary> as Summary;

const parsed = (text: string) => {
  const threshold = parseThreshold(text);
  if (typeof threshold === 'string') throw new Error(threshold);
  return threshold;
};

describe('over the whole run', () => {
  test.each([
    ['response.p99 < 250ms', true, 240],
    ['response.p99<0.2s', false, 240],
    ['response.p99.9 <= 300ms', true, 300],
    ['response.max > 400ms', false, 400],
    ['failed < 0.1%', false, 0.1],
    ['failed <= 0.1 %', true, 0.1],
    ['refused == 7', true, 7],
    ['lost == 0', true, 0],
    ['throughput >= 199/s', true, 199],
    ['endToEnd.p99 < 2s', false, null],
  ])('%s', (text, kept, measured) => {
    expect(judge(parsed(text), summary, [])).toMatchObject({ kept, measured });
  });
});

test('a threshold of a phase that the run has not is refused before it', () => {
  const phases = [{ name: 'quiet' }, { name: 'peak' }];
  expect(parseThresholds(['failed == 0 in phase peak'], phases)).toHaveLength(1);
  expect(() => parseThresholds(['failed == 0 in phase top'], phases)).toThrow('no phase "top"; it has quiet, peak');
  expect(() => parseThresholds(['failed == 0 in phase top'])).toThrow('no phase "top"; it has none');
});

describe('what is no threshold', () => {
  test.each([
    ['', 'such as'],
    ['response < 250ms', 'of response say which: response.p50'],
    ['response.p95 < 250ms', 'of response say which'],
    ['speed.p99 < 1ms', 'there is no speed; there are response'],
    ['lost.p99 == 0', 'lost is one number'],
    ['response.p99 < 250', 'response is measured in ms or s'],
    ['response.p99 < 5%', 'response is measured in ms or s'],
    ['failed < 3ms', 'failed is measured in %'],
    ['throughput > 3ms', 'throughput is measured in /s'],
    ['lost == 0 in every 10s', 'lost is known of the whole run alone'],
    ['lost == 0 in phase up', 'lost is known of the whole run, not of a phase'],
    ['lag.p99 < 5ms in phase up', 'lag is known of the whole run, not of a phase'],
    ['failed == 0 in every 0s', 'a window has at least a second'],
    ['response.p99 = 3ms', 'such as'],
  ])('%s', (text, problem) => {
    expect(parseThreshold(text)).toContain(problem);
  });

  test('all of them are named at once', () => {
    expect(() => parseThresholds(['lost == 0', 'x', 'y < 1'])).toThrow(/"x".*\n.*"y < 1"/);
  });
});

describe('in windows', () => {
  const slice = (from: number, acknowledged: number, ms: number): Slice => {
    const histogram = newHistogram();
    for (let i = 0; i < acknowledged; i++) recordMs(histogram, ms);
    const text = encodeHistogram(histogram);
    const latencies: Latencies = { response: text, service: text, late: text, lag: text };
    return {
      from,
      to: from + 1010,
      sent: acknowledged,
      acknowledged,
      failed: 0,
      unknown: 0,
      failures: {},
      inFlight: 0,
      latencies,
    };
  };
  /** Twelve seconds, the sixth of them slow. */
  const slices = Array.from({ length: 12 }, (_, i) => slice(5000 + i * 1010, i === 11 ? 0 : 10, i === 5 ? 300 : 20));

  test.each([
    ['response.p90 < 250ms in every 2s', false, 300, 4.04],
    ['response.p90 < 310ms in every 2s', true, 300, 4.04],
    ['response.p50 < 250ms in every 12s', true, 20, 0],
    ['throughput > 9/s in every 4s', false, 7.4, 8.08],
    ['sent >= 1 in every 1s', false, 0, 11.11],
  ])('%s', (text, kept, measured, window) => {
    const found = judge(parsed(text), summary, slices);
    expect(found.kept).toBe(kept);
    expect(found.measured).toBeCloseTo(measured, 0);
    expect(found.window).toBeCloseTo(window, 2);
  });

  test('throughput is over the time in which nobody held it, of the whole and of each window', () => {
    expect(judge(parsed('throughput > 247/s'), { ...summary, pausedSeconds: 2 }, [])).toMatchObject({
      measured: 248.75,
    });
    // The slices of 4 to 8 s hold half as much, and were held half of the time.
    const held = slices.map((one, i) => (i >= 4 && i < 8 ? { ...one, acknowledged: 5, pausedMs: 505 } : one));
    expect(judge(parsed('throughput > 9/s in every 4s'), summary, held.slice(0, 8))).toMatchObject({ kept: true });
    // What was held from end to end has no throughput to judge.
    const still = slices.map((one, i) => (i === 3 ? { ...one, acknowledged: 0, pausedMs: 1010 } : one));
    expect(judge(parsed('throughput > 9/s in every 1s'), summary, still.slice(0, 8))).toMatchObject({ kept: true });
  });

  test('in a phase: its own figures, or the windows that lie in it', () => {
    const phased = slices.map((one, i) => ({ ...one, phase: i < 6 ? 'up' : 'down at last' }));
    const figures = { ...summary, ...{ name: 'up', seconds: 6, sent: 60, acknowledged: 57, failed: 3 } };
    const whole = { ...summary, phases: [figures] };
    expect(judge(parsed('failed < 5% in phase up'), whole, phased)).toMatchObject({ kept: false, measured: 5 });
    expect(judge(parsed('throughput > 9/s in phase up'), whole, phased)).toMatchObject({ kept: true, measured: 9.5 });
    // A phase that never came.
    expect(judge(parsed('failed < 5% in phase down'), whole, phased)).toMatchObject({ kept: false, measured: null });
    const [up, down] = ['up', 'down at last'].map((phase) =>
      judge(parsed(`response.p90 < 250ms in every 2s in phase ${phase}`), whole, phased),
    );
    expect(up).toMatchObject({ kept: false });
    expect(up!.window).toBeCloseTo(4.04, 2);
    expect(down).toMatchObject({ kept: true });
    // Counted from the start of the run.
    expect(down!.window).toBeCloseTo(6.06, 2);
  });

  test('a window without answers has no latency to judge, and a run without slices keeps no promise', () => {
    expect(judge(parsed('response.p50 < 1s in every 1s'), summary, slices).kept).toBe(true);
    expect(judge(parsed('response.p50 < 1s in every 1s'), summary, [])).toMatchObject({ kept: false, measured: null });
  });
});

test('a person reads what broke, by how much and when', () => {
  const threshold: Threshold = parsed('response.p99 < 250ms in every 2s');
  const { text, unit } = threshold;
  expect(judgementText({ text, unit, kept: false, measured: 312.345, window: 14.02 })).toBe(
    '  BROKEN  response.p99 < 250ms in every 2s: 312.3 ms in the window from 14 s on',
  );
  expect(judgementText({ text, unit, kept: false, measured: null })).toContain('nothing to measure');
});
