import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bar, spark } from '../../src/dashboard/drawing/bars.ts';
import { newCanvas } from '../../src/dashboard/drawing/braille.ts';
import { mapFrame, roundLength } from '../../src/dashboard/drawing/map-frame.ts';
import { count, duration, ms, share } from '../../src/dashboard/drawing/numbers.ts';

test('bars', () => {
  expect([bar(0, 4), bar(0.5, 4), bar(2, 4), bar(0.5, 0)]).toEqual(['░░░░', '██░░', '████', '█']);
});

describe('sparklines', () => {
  test('scale to the largest, and begin at the left', () => {
    expect([spark([0, 1, 2], 10), spark([], 10), spark([0, 0], 10)]).toEqual(['▁▄█', '', '▁▁']);
  });

  test('however many values there are, the peak is seen, in the width there is', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 120 }), (all, width) => {
        const drawn = spark(all, width);
        expect(drawn).toHaveLength(Math.min(width, all.length));
        if (Math.max(...all) > 0) expect(drawn).toContain('█');
      }),
    );
  });
});

test.each([
  [0, '0.0', '0'],
  [9.96, '10.0', '10.0'],
  [12.345, '12.3', '12'],
  [123.4, '123', '123'],
  [123_456, '123k', '123k'],
])('numbers: %f is %s ms and a count of %s', (value, asMs, asCount) => {
  expect([ms(value), count(value)]).toEqual([asMs, asCount]);
});

test('larger counts, lengths of time and shares', () => {
  expect([count(1_234_567), count(45_678_901), count(0.25)]).toEqual(['1.2M', '46M', '0.3']);
  expect([duration(900), duration(61_000), duration(3_660_000)]).toEqual(['1 s', '1 min 1 s', '1 h 1 min']);
  expect([share(0, 5), share(1, 4), share(1, 500), share(1, 100_000), share(0, 0)]).toEqual([
    '0 %',
    '25 %',
    '0.2 %',
    '0.001 %',
    '–',
  ]);
});

describe('canvas', () => {
  test('each dot is its bit, and what lies outside is none', () => {
    const canvas = newCanvas(2, 1);
    canvas.dot(0, 0);
    canvas.dot(1, 3);
    canvas.dot(2, 1);
    for (const [x, y] of [
      [-1, 0],
      [4, 0],
      [0, 4],
      [0, -1],
    ] as const)
      canvas.dot(x, y);
    expect(canvas.rows()).toEqual([[{ text: '⢁⠂', bright: false }]]);
  });

  test('bright cells part a row, empty ones do not', () => {
    const canvas = newCanvas(4, 1);
    canvas.dot(0, 0, true);
    canvas.dot(4, 0, true);
    canvas.dot(6, 0);
    expect(canvas.rows()).toEqual([
      [
        { text: '⠁ ⠁', bright: true },
        { text: '⠁', bright: false },
      ],
    ]);
  });
});

describe('map frame', () => {
  const degrees = fc.record({
    longitude: fc.double({ min: -179, max: 179, noNaN: true }),
    latitude: fc.double({ min: -80, max: 80, noNaN: true }),
  });

  test('every position lies in the picture, north above south and east right of west', () => {
    fc.assert(
      fc.property(fc.array(degrees, { minLength: 1, maxLength: 30 }), (all) => {
        const frame = mapFrame(
          all.map(({ longitude, latitude }) => [longitude, latitude] as const),
          120,
          80,
        )!;
        for (const a of all) {
          const { x, y } = frame.place([a.longitude, a.latitude]);
          expect(x).toBeGreaterThanOrEqual(-1e-6);
          expect(x).toBeLessThanOrEqual(119 + 1e-6);
          expect(y).toBeGreaterThanOrEqual(-1e-6);
          expect(y).toBeLessThanOrEqual(79 + 1e-6);
          const further = frame.place([a.longitude + 0.5, a.latitude + 0.5]);
          expect(further.x).toBeGreaterThan(x);
          expect(further.y).toBeLessThan(y);
        }
      }),
    );
  });

  test('a kilometre is as long across as it is up', () => {
    const frame = mapFrame(
      [
        [11.9, 57.6],
        [12.1, 57.8],
      ],
      200,
      200,
    )!;
    const origin = frame.place([12, 57.7]);
    const east = frame.place([12 + 0.01 / Math.cos((57.7 * Math.PI) / 180), 57.7]);
    const north = frame.place([12, 57.71]);
    expect(east.x - origin.x).toBeCloseTo(origin.y - north.y, 6);
    expect((east.x - origin.x) * frame.metresPerDot).toBeCloseTo(1113.2, 1);
  });

  test('nothing has no frame', () => {
    expect(mapFrame([], 10, 10)).toBeUndefined();
  });

  test.each([
    [1, '1 m'],
    [7, '5 m'],
    [4999, '2 km'],
    [10_000, '10 km'],
  ])('a scale of at most %i m is %s', (most, text) => {
    expect(roundLength(most).text).toBe(text);
  });
});
