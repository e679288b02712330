import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newHistory } from '../../src/dashboard/history.ts';
import { mean, newSeries, worst } from '../../src/dashboard/series.ts';
import { progress } from '../support/progress.ts';

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 500 });

test('a series holds a whole run in its capacity: no peak is lost, and a mean stays one', () => {
  fc.assert(
    fc.property(values, (all) => {
      const [peaks, means] = [newSeries(worst, 16), newSeries(mean, 16)];
      for (const value of all) for (const series of [peaks, means]) series.add(value);
      expect(peaks.values.length).toBeLessThanOrEqual(16);
      expect(worst(peaks.values)).toBe(worst(all));
      expect([peaks.max, peaks.last]).toEqual([worst(all), all.at(-1) ?? 0]);
      if (all.length > 0) {
        expect(Math.min(...means.values)).toBeGreaterThanOrEqual(Math.min(...all) * (1 - 1e-9));
        expect(Math.max(...means.values)).toBeLessThanOrEqual(Math.max(...all) * (1 + 1e-9));
      }
    }),
  );
});

test('what is added first stays first', () => {
  const series = newSeries(mean, 4);
  for (const value of [1, 1, 3, 3, 5]) series.add(value);
  expect(series.values).toEqual([1, 3, 5]);
});

const none = { count: 0, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0 };
const second = (from: number, sent: number, failed = 0) => ({
  from,
  to: from + 2000,
  sent,
  failed,
  unknown: 0,
  response: { ...none, p99: sent },
  service: none,
  late: none,
  lag: { ...none, p99: 0.5 },
});
const worker = { ...progress(), response: 1, lag: 1 };

test('a second counts once, however many snapshots show it', () => {
  const history = newHistory();
  history.add(progress()); // none is over yet
  for (const now of [12_000, 12_250, 12_500]) history.add(progress({ now, second: second(10_000, 40, 2) }));
  expect(history.rate.values).toEqual([20]);
  expect(history.bad.values).toEqual([1]);
  expect([history.response.last, history.lag.last]).toEqual([40, 0.5]);
});

test('rates of workers and failures are those since the last second; a follower who comes late invents none', () => {
  const history = newHistory();
  const at = (now: number, sent: number, failures: Record<string, number>) =>
    history.add(progress({ now, failures, workers: [{ ...worker, sent }], second: second(now - 2000, 1) }));
  at(12_000, 5000, { a: 900 });
  expect([history.workerRates, history.failures.get('a')?.recent]).toEqual([[0], 0]);
  at(14_000, 5100, { a: 903, b: 1 });
  expect(history.workerRates).toEqual([50]);
  at(16_000, 5100, { a: 903, b: 2 });
  expect(history.workerRates).toEqual([0]);
  expect(history.failures.get('a')).toEqual({ recent: 0, lastAt: 14_000 });
  expect(history.failures.get('b')).toEqual({ recent: 1, lastAt: 16_000 });
});

test('the trail is bounded, and keeps the latest', () => {
  const history = newHistory();
  for (let i = 0; i < 20; i++) {
    const positions = Array.from({ length: 500 }, () => [i, i] as const);
    history.add(progress({ positions, second: second(1000 * i, 1) }));
  }
  expect(history.trail).toHaveLength(6000);
  expect([history.trail[0], history.trail.at(-1)]).toEqual([
    [8, 8],
    [19, 19],
  ]);
});
