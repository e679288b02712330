import { describe, expect, test } from 'vitest';
import type { ReceivedLine } from '../../src/logs.ts';
import { newReceivedLog } from '../../web/src/fleet/received-log.ts';
import { newWatcher } from '../../web/src/fleet/watcher.ts';

const at = (seconds: number) => new Date(seconds * 1_000).toISOString();
const entry = (DeviceId: string, seconds: number, more = {}) => ({
  DeviceId,
  SampleTime: at(seconds),
  Position: [10, 50],
  ...more,
});
const pushed = (DeviceId: string, seconds: number) => ({ TrackerName: 't0', ...entry(DeviceId, seconds) });
const lines = (text: string[]): ReceivedLine[] =>
  text
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('a watcher', () => {
  test('keeps what is new, with the motion of its own entry', () => {
    const watcher = newWatcher(0);
    const entries = [
      entry('a', 5, { PositionProperties: { speed: '3.5', heading: '90' } }),
      entry('b', 5, { PositionProperties: { speed: 'fast' } }),
    ];
    expect(watcher.look({ tracker: 't0', askedAt: 1, answeredAt: 2, entries })).toBe(2);
    // b is listed again, and only a is new: its motion must not be b's.
    const again = [
      entry('b', 5, { PositionProperties: { speed: '9' } }),
      entry('a', 6, { PositionProperties: { speed: '4' } }),
    ];
    expect(watcher.look({ tracker: 't0', askedAt: 3, answeredAt: 4, entries: again })).toBe(1);
    expect(watcher.fleet.device(0)).toMatchObject({ id: 'a', speed: 4 });
    expect(watcher.fleet.device(1)).toMatchObject({ id: 'b', speed: undefined });
    expect(watcher.lastNewsAt).toBe(4);
    expect(watcher.sampleNow(4)).toBe(6_000);
  });

  test('logs pushed positions between what came before them and their own arrival', () => {
    const watcher = newWatcher(0);
    watcher.look({ tracker: 't0', askedAt: 100, answeredAt: 110, entries: [entry('a', 1)] });
    watcher.wholeRound('t0', 100);
    watcher.hear([pushed('a', 2), pushed('new', 2)], 150, 400);
    watcher.hear([pushed('b', 3)], 400, 650);
    watcher.hear([pushed('a', 4), pushed('a', 3)], 650, 900);
    // Polled again after the stream broke: since the last event that did not show it.
    watcher.look({ tracker: 't0', askedAt: 2_000, answeredAt: 2_010, entries: [entry('a', 5)] });
    expect(
      lines(watcher.log.text()).map(({ id, sampleTime, notBefore, seenAt }) => [
        id,
        sampleTime / 1_000,
        notBefore,
        seenAt,
      ]),
    ).toEqual([
      ['a', 1, 0, 110],
      ['a', 2, 150, 400],
      ['new', 2, 150, 400],
      ['b', 3, 400, 650],
      ['a', 4, 650, 900],
      ['a', 5, 650, 2_010],
    ]);
  });
});

describe('the receive log', () => {
  const line = (n: number): ReceivedLine => ({
    id: `d${n % 3}`,
    sampleTime: n,
    position: [n / 7, 50],
    notBefore: n - 0.5,
    seenAt: n + 0.25,
  });

  test('gives back each line as it was', () => {
    const log = newReceivedLog(100, 8);
    const all = Array.from({ length: 30 }, (_, n) => line(n));
    for (const each of all) log.add(each);
    expect([log.count, log.dropped]).toEqual([30, 0]);
    expect(lines(log.text())).toEqual(all);
  });

  test('is bounded: the oldest go first, and it says how many', () => {
    const log = newReceivedLog(32, 8);
    for (let n = 0; n < 100; n++) log.add(line(n));
    expect(log.count).toBeLessThanOrEqual(32);
    expect(log.count + log.dropped).toBe(100);
    expect(lines(log.text())).toEqual(Array.from({ length: log.count }, (_, n) => line(log.dropped + n)));
  });
});
