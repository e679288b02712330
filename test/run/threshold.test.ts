import { describe, expect, test } from 'vitest';
import { encodeHistogram, newHistogram, recordMs } from '../../src/histogram.ts';
import type { Summary } from '../../src/run/summary.ts';
import { judge, judgementText, parseThreshold, parseThresholds, type Threshold } from '../../src/run/threshold.ts';
import { checkWindows } from '../../src/run/windows.ts';
import type { Latencies } from '../../src/workers/protocol.ts';
import type { Slice } from '../../src/workers/timeline.ts';

const times = { count: 100, p50: 10, p90: 50, p95: 100, p99: 240, p999: 300, max: 400 };
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
    ['response.p95 <= 0.1s', true, 100],
    ['failed < 0.1%', false, 0.1],
    ['failed <= 0.1 %', true, 0.1],
    ['refused == 7', true, 7],
    ['lost == 0', true, 0],
    ['throughput >= 199/s', true, 199],
    ['endToEnd.p99 < 2s', false, null],
    ['response.max < 1min', true, 400],
    ['failed <= .1%', true, 0.1],
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

test.each([
  ['failed == 0 in every 2 s in phase up', 2],
  ['failed == 0 in phase up in every 2min', 120],
])('%s: the window and the phase in either order', (text, everySeconds) => {
  expect(parsed(text)).toMatchObject({ phase: 'up', everySeconds });
});

test('windows of which the run has not half of one are refused before it, all at once', () => {
  const check = (texts: readonly string[], ms: number) => {
    const phases = [{ name: 'up', seconds: 3 }];
    return () => checkWindows(parseThresholds(texts, phases), ms, phases);
  };
  const texts = ['failed == 0 in every 30s', 'failed == 0 in every 10s in phase up', 'failed == 0 in every 5s'];
  expect(check(texts, 12_000)).toThrow(
    /every 30s": the run lasts 12s, which is less than half a window.*\n.*phase up lasts 3s/,
  );
  expect(check(texts.slice(2), 12_000)).not.toThrow();
  expect(check(texts.slice(0, 1), 15_000)).not.toThrow();
  // How long `max` takes, nobody knows.
  expect(check(texts.slice(0, 1), 0)).not.toThrow();
});

describe('a count without evidence is not 0', () => {
  const all = { received: true, sweptDevices: 3, ingest: true };
  const nothing = { received: false, sweptDevices: 0, ingest: false };
  test.each<[string, Partial<Summary>, boolean]>([
    ['lost == 0', { evidence: all }, true],
    ['lost == 0', { evidence: nothing }, false],
    ['lost == 0', { evidence: { ...all, ingest: false } }, false],
    ['lost == 0', { evidence: { ...all, sweptDevices: 0 } }, false],
    ['lost == 0', { evidence: { ...all, ingest: false }, transport: 'tracker' }, true],
    ['reordered == 0', { evidence: { ...all, ingest: false } }, false],
    ['refused < 1%', { evidence: nothing }, false],
    ['seen >= 0', { evidence: { ...all, received: false } }, false],
    ['superseded == 0', { evidence: { ...all, received: false } }, false],
    ['failed == 2', { evidence: nothing }, true],
    ['unexplained == 0', { evidence: nothing }, true],
  ])('%s of %o: %s', (text, more, kept) => {
    const none = { seen: 0, superseded: 0, reordered: 0, unexplained: 0, refused: 0 };
    const found = judge(parsed(text), { ...summary, ...none, ...more }, []);
    expect(found.kept).toBe(kept);
    if (!kept) expect(found.measured).toBeNull();
  });
});

describe('what is no threshold', () => {
  test.each([
    ['', 'such as'],
    ['response < 250ms', 'of response say which: response.p50'],
    ['response.p42 < 250ms', 'of response say which'],
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
    ['failed == 0 in every 5s in phase up in every 5s', '"in every" is said twice'],
    ['failed < 0', 'nothing is below 0'],
    ['failed < .0%', 'nothing is below 0'],
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

  test('a window in which all failed has no latency, and kept no promise', () => {
    const outage = slices.map((one, i) => (i === 3 ? { ...one, ...slice(one.from, 0, 0), sent: 7, failed: 7 } : one));
    const found = judge(parsed('response.p99 < 9s in every 1s'), summary, outage);
    expect(found).toMatchObject({ kept: false, measured: null });
    expect(found.window).toBeCloseTo(3.03, 2);
    expect(judge(parsed('late.p99 < 9s in every 1s'), summary, slices)).toMatchObject({ kept: true });
  });

  test('the last window reaches back, so that the end of a run is judged too', () => {
    const end = slices.map((one, i) => (i === 10 ? { ...one, ...slice(one.from, 10, 700) } : one)).slice(0, 11);
    const found = judge(parsed('response.max < 500ms in every 4s'), summary, end);
    expect(found).toMatchObject({ kept: false });
    expect(found.window).toBeCloseTo(7.07, 2);
    // What comes after the last answer is no time in which anything could have been answered.
    const idle = end.map((one, i) => (i === 10 ? { ...one, to: one.from + 1900 } : one));
    const lastDoneAt = idle[10]!.from + 1000;
    const rate = parsed('throughput > 9/s in every 1s');
    expect(judge(rate, summary, idle)).toMatchObject({ kept: false });
    expect(judge(rate, { ...summary, lastDoneAt }, idle)).toMatchObject({ kept: true });
    // A run that is shorter than a window, but not than half of it, is one.
    expect(judge(parsed('response.max < 500ms in every 20s'), summary, end)).toMatchObject({ kept: false, window: 0 });
    expect(judge(parsed('response.max < 500ms in every 30s'), summary, end)).toMatchObject({ measured: null });
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
