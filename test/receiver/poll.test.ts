import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ListedPosition, newView } from '../../src/receiver/poll.ts';

const T = Date.parse('2022-05-01T10:00:00Z');
const entry = (DeviceId: string, seconds: number, Position: readonly number[] = [8, 47]): ListedPosition => ({
  DeviceId,
  SampleTime: new Date(T + seconds * 1000).toISOString(),
  Position,
});
const page = (askedAt: number, entries: readonly ListedPosition[], tracker = 't0') => ({
  tracker,
  askedAt,
  answeredAt: askedAt + 5,
  entries,
});

describe('a view', () => {
  test('shows a position once, from the last request that showed its predecessor to the answer that shows it', () => {
    const view = newView();
    expect(view.see(page(100, [entry('a', 0)]))).toEqual([
      { id: 'a', sampleTime: T, position: [8, 47], notBefore: 0, seenAt: 105 },
    ]);
    expect(view.see(page(200, [entry('a', 0)]))).toEqual([]);
    expect(view.see(page(300, [entry('a', 30)]))).toMatchObject([{ notBefore: 200, seenAt: 305 }]);
    expect(view.seen).toBe(2);
  });

  test('dates a new device from the beginning of the last whole round of its tracker', () => {
    const view = newView();
    view.see(page(100, [entry('a', 0)]));
    view.see(page(110, [entry('b', 0)]));
    view.wholeRound('t0', 100);
    view.wholeRound('t1', 150);
    view.see(page(200, [entry('a', 0)])); // this round fails at its second page
    expect(view.see(page(300, [entry('c', 0)]))).toMatchObject([{ id: 'c', notBefore: 100 }]);
    expect(view.see(page(300, [entry('d', 0)], 't1'))).toMatchObject([{ id: 'd', notBefore: 150 }]);
    expect(view.see(page(300, [entry('e', 0)], 't2'))).toMatchObject([{ id: 'e', notBefore: 0 }]);
    // b was last shown at 110: the failed round did not come to its page.
    expect(view.see(page(310, [entry('b', 30)]))).toMatchObject([{ id: 'b', notBefore: 110 }]);
  });

  test('a stale answer neither moves a marker back nor counts as not having shown the next', () => {
    const view = newView();
    view.see(page(100, [entry('a', 30)]));
    expect(view.see(page(200, [entry('a', 0)]))).toEqual([]);
    expect(view.see(page(300, [entry('a', 60)]))).toMatchObject([{ notBefore: 100 }]);
  });

  test('what one tracker shows says nothing of another', () => {
    const view = newView();
    view.see(page(100, [entry('a', 0)], 't0'));
    expect(view.see(page(200, [entry('a', 30)], 't1'))).toMatchObject([{ notBefore: 0 }]);
  });

  test.each([
    ['2022-05-01T10:00:00Z', T],
    ['2022-05-01T10:00:00.5Z', T + 500],
    ['2022-05-01T10:00:00.123Z', T + 123],
    ['2022-05-01T12:00:00.123+02:00', T + 123],
  ])('reads the sample time %s', (SampleTime, sampleTime) => {
    expect(newView().see(page(1, [{ DeviceId: 'a', SampleTime, Position: [1, 2] }]))).toMatchObject([{ sampleTime }]);
  });

  test.each<[string, unknown]>([
    ['nothing in it', null],
    ['nothing but a number', 7],
    ['no time', { DeviceId: 'a', Position: [1, 2] }],
    ['an unreadable time', { DeviceId: 'a', SampleTime: 'noon', Position: [1, 2] }],
    ['no position', { DeviceId: 'a', SampleTime: '2022-05-01T10:00:00Z' }],
    ['half a position', { DeviceId: 'a', SampleTime: '2022-05-01T10:00:00Z', Position: [1] }],
    ['a position in words', { DeviceId: 'a', SampleTime: '2022-05-01T10:00:00Z', Position: ['8', '47'] }],
    ['a position that is none', { DeviceId: 'a', SampleTime: '2022-05-01T10:00:00Z', Position: null }],
    ['no id', { SampleTime: '2022-05-01T10:00:00Z', Position: [1, 2] }],
  ])('passes over an entry with %s, not over its neighbours', (_, broken) => {
    const lines = newView().see(page(1, [broken as ListedPosition, entry('b', 0)]));
    expect(lines.map(({ id }) => id)).toEqual(['b']);
  });

  test('whatever an answer holds, it never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (entries) => {
        expect(newView().see(page(1, entries as unknown as ListedPosition[]))).toBeInstanceOf(Array);
      }),
    );
  });

  test('for any answers: never twice, never back, and intervals that follow each other', () => {
    const answers = fc.array(
      fc.record({
        wait: fc.integer({ min: 0, max: 50 }),
        took: fc.integer({ min: 0, max: 50 }),
        tracker: fc.constantFrom('t0', 't1'),
        whole: fc.boolean(),
        entries: fc.array(
          fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(10)).map(([id, s]) => entry(id, s)),
          { maxLength: 4 },
        ),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(answers, (steps) => {
        const view = newView();
        const last = new Map<string, { sampleTime: number; seenAt: number }>();
        const sent = new Set([0]);
        let [now, seen] = [1, 0];
        for (const { wait, took, tracker, whole, entries } of steps) {
          const askedAt = now + wait;
          now = askedAt + took;
          sent.add(askedAt);
          for (const line of view.see({ tracker, askedAt, answeredAt: now, entries })) {
            const before = last.get(line.id);
            expect(line.sampleTime).toBeGreaterThan(before?.sampleTime ?? Number.NEGATIVE_INFINITY);
            expect(sent).toContain(line.notBefore);
            expect(line.notBefore).toBeLessThanOrEqual(line.seenAt);
            expect(line.seenAt).toBe(now);
            last.set(line.id, line);
            seen++;
          }
          if (whole) view.wholeRound(tracker, askedAt);
        }
        expect(view.seen).toBe(seen);
        // The newest of each device was shown.
        for (const { entries } of steps)
          for (const { DeviceId, SampleTime } of entries)
            expect(last.get(DeviceId)?.sampleTime).toBeGreaterThanOrEqual(Date.parse(SampleTime));
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
