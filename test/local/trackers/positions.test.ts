import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metresBetween, passes } from '../../../src/local/trackers/filter.ts';
import { inPolygon } from '../../../src/local/trackers/polygon.ts';
import { Positions } from '../../../src/local/trackers/positions.ts';
import { parseTimestamp } from '../../../src/local/trackers/timestamps.ts';
import { TrackerPositions, WRITE_RULES } from '../../../src/local/trackers/tracker.ts';

const NOW = Date.UTC(2026, 10, 24);

describe('positions in columns', () => {
  const device = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record({
        add: device,
        time: fc.integer({ min: 0, max: 40 }),
        accuracy: fc.option(fc.float({ noNaN: true }), { nil: undefined }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ forget: device }) },
  );

  it('are those that a plain sorted list would hold, whatever is added and forgotten', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 0, max: 40 }), (steps, from) => {
        const columns = new Positions();
        const plain = new Map<string, { sampleTime: number; receivedTime: number; position: [number, number] }[]>();
        for (const [i, step] of steps.entries()) {
          if ('forget' in step) {
            columns.forget(columns.numberOf(step.forget));
            plain.delete(step.forget);
            continue;
          }
          const { add, time, accuracy } = step;
          const held = plain.get(add) ?? [];
          if (columns.has(columns.numberOf(add), time)) {
            expect(held.some(({ sampleTime }) => sampleTime === time)).toBe(true);
            continue;
          }
          const stored = {
            sampleTime: time,
            receivedTime: i,
            position: [i, -i] as [number, number],
            ...(accuracy === undefined ? {} : { accuracy }),
            ...(i % 3 === 0 ? { properties: { i: String(i) } } : {}),
          };
          columns.add(add, stored);
          plain.set(
            add,
            [...held, stored].sort((a, b) => a.sampleTime - b.sampleTime),
          );
        }
        for (const id of ['a', 'b', 'c']) {
          const number = columns.numberOf(id);
          const rows = (from: number, to: number, limit: number) =>
            columns.window(number, from, to, limit).map((row) => columns.at(row));
          const held = plain.get(id) ?? [];
          expect(rows(0, 100, 1000)).toEqual(held);
          const inside = held.filter(({ sampleTime }) => sampleTime >= from && sampleTime < from + 10);
          expect(rows(from, from + 10, 3)).toEqual(inside.slice(0, 3));
        }
      }),
    );
  });

  it('outgrow one chunk, and use again what was forgotten', () => {
    const columns = new Positions();
    const count = 10_000;
    const fill = () => {
      for (let i = 0; i < count; i++) columns.add('d', { sampleTime: i, receivedTime: i, position: [i, -i] });
    };
    fill();
    const last = columns.newestRow(columns.numberOf('d'));
    columns.forget(columns.numberOf('d'));
    fill();
    const rows = columns.window(columns.numberOf('d'), 0, count, count);
    expect(rows.map((row) => columns.at(row).position[0])).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(Math.max(...rows)).toBe(last);
  });
});

describe('a tracker', () => {
  const write = (tracker: TrackerPositions, sampleTime: number) =>
    tracker.write({ deviceId: 'd', sampleTime, position: [0, 0] }, 'TimeBased', NOW);

  it('takes older updates where it is told to, in their place and once', () => {
    const tracker = new TrackerPositions({ ...WRITE_RULES, rejectOlder: false });
    expect([NOW, NOW - 60_000, NOW - 60_000, NOW - 10_000].map((at) => write(tracker, at))).toEqual([
      'stored',
      'stored',
      'repeated',
      'stored',
    ]);
    expect(tracker.history('d', 0, NOW + 1, 10, NOW).map(({ sampleTime }) => sampleTime - NOW)).toEqual([
      -60_000, -10_000, 0,
    ]);
  });

  it('forgets positions of 30 days ago', () => {
    const tracker = new TrackerPositions(WRITE_RULES);
    write(tracker, NOW - 86_400_000);
    const later = NOW + 29 * 86_400_000;
    expect(tracker.latest('d', later)).toBeDefined();
    expect(tracker.latest('d', later + 1)).toBeUndefined();
    expect(tracker.history('d', 0, NOW, 10, later + 1)).toEqual([]);
    expect(tracker.list(0, 10, later + 1)).toEqual({ entries: [] });
  });

  it('lists with a filter, a page at a time', () => {
    const tracker = new TrackerPositions(WRITE_RULES);
    for (let i = 0; i < 10; i++)
      tracker.write({ deviceId: `d${i}`, sampleTime: NOW, position: [i, 0] }, 'TimeBased', NOW);
    const even = (stored: { position: readonly [number, number] }) => stored.position[0] % 2 === 0;
    const first = tracker.list(0, 3, NOW, even);
    expect(first.entries.map(([id]) => id)).toEqual(['d0', 'd2', 'd4']);
    const rest = tracker.list(first.next!, 3, NOW, even);
    expect(rest.entries.map(([id]) => id)).toEqual(['d6', 'd8']);
    expect(rest.next).toBeUndefined();
  });
});

describe('the position filters', () => {
  const at = (sampleTime: number, position: [number, number] = [0, 0], accuracy?: number) => ({
    sampleTime,
    position,
    ...(accuracy === undefined ? {} : { accuracy }),
  });

  it.each([
    ['TimeBased', at(0), at(29_999, [1, 1]), false],
    ['TimeBased', at(0), at(30_000), true],
    ['DistanceBased', at(0), at(1, [0, 0.0002697]), false], // 29.99 m
    ['DistanceBased', at(0), at(1, [0, 0.0002699]), true], // 30.01 m
    ['DistanceBased', at(0, [180, 0]), at(1, [-179.9999, 0]), false], // 11 m, across the date line
    ['AccuracyBased', at(0), at(1), true], // no accuracy is 0 m
    ['AccuracyBased', at(0, [0, 0], 5), at(1, [0, 0.0001], 10), false], // 11 m of 15
    ['AccuracyBased', at(0, [0, 0], 5), at(1, [0, 0.0001]), true], // 11 m of 5
  ] as const)('%s %j → %j: %s', (filtering, latest, update, expected) => {
    expect(passes(filtering, latest, update)).toBe(expected);
  });

  it('measure along the great circle', () => {
    expect(metresBetween([0, 0], [180, 0])).toBeCloseTo(Math.PI * 6_371_008.8, 0);
    expect(metresBetween([10, 0], [10, 90])).toBeCloseTo((Math.PI / 2) * 6_371_008.8, 0);
  });
});

describe('a polygon', () => {
  const square = (size: number) =>
    [
      [0, 0],
      [size, 0],
      [size, size],
      [0, size],
      [0, 0],
    ].map(([x, y]) => [x! - size / 2, y! - size / 2] as const);
  it.each([
    [[0, 0], false], // in the hole
    [[3, 0], true],
    [[3, 4.9], true],
    [[6, 0], false],
    [[0, -5.1], false],
  ] as const)('with a hole holds %j: %s', (at, inside) => {
    expect(inPolygon([square(10), square(2)], at)).toBe(inside);
  });
});

describe('timestamps', () => {
  it.each([
    ['2026-11-24T05:59:59.123Z', Date.UTC(2026, 10, 24, 5, 59, 59, 123)],
    ['2026-11-24T06:30:00Z', Date.UTC(2026, 10, 24, 6, 30)],
    ['2026-11-24T06:30:00.123987Z', Date.UTC(2026, 10, 24, 6, 30, 0, 123)],
    ['2026-11-24T06:30:00+01:00', Date.UTC(2026, 10, 24, 5, 30)],
    [1.5, 1500],
    ['2026-11-24', undefined],
    ['2026-13-24T06:30:00Z', undefined],
    ['', undefined],
    [Number.NaN, undefined],
    [1e300, undefined],
    [null, undefined],
    [{}, undefined],
  ])('%j is %j', (value, expected) => {
    expect(parseTimestamp(value)).toBe(expected);
  });
});
