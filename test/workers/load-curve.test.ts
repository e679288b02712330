import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadCurve, type Segment } from '../../src/workers/load-curve.ts';

test.each<[string, Segment[], number, [amount: number, seconds: number][]]>([
  // what, segments, total, when so much has been asked for
  [
    'a rate',
    [{ shape: 'rate', perSecond: 4, seconds: 10 }],
    40,
    [
      [0, 0],
      [1, 0.25],
      [39, 9.75],
      [40, Number.POSITIVE_INFINITY],
    ],
  ],
  // ∫ 2t = t²
  [
    'a ramp from nothing',
    [{ shape: 'ramp', from: 0, to: 20, seconds: 10 }],
    100,
    [
      [0, 0],
      [1, 1],
      [25, 5],
      [81, 9],
    ],
  ],
  // ∫ 20 - 2t: what is left is (10 - t)²
  [
    'a ramp to nothing',
    [{ shape: 'ramp', from: 20, to: 0, seconds: 10 }],
    100,
    [
      [0, 0],
      [19, 1],
      [75, 5],
      [99, 9],
    ],
  ],
  [
    'steps',
    [{ shape: 'steps', from: 1, by: 1, each: 10, count: 3 }],
    60,
    [
      [9, 9],
      [10, 10],
      [28, 19],
      [30, 20],
      [57, 29],
    ],
  ],
  [
    'steps down',
    [{ shape: 'steps', from: 2, by: -1, each: 10, count: 3 }],
    30,
    [
      [20, 10],
      [29, 19],
    ],
  ],
  [
    'a spike',
    [{ shape: 'spike', base: 1, peak: 10, at: 5, width: 2, seconds: 10 }],
    28,
    [
      [5, 5],
      [15, 6],
      [25, 7],
      [27, 9],
    ],
  ],
  // A whole period has its mean; the first half has more.
  [
    'a sine',
    [{ shape: 'sine', mean: 10, amplitude: 10, period: 2 * Math.PI, seconds: 2 * Math.PI }],
    20 * Math.PI,
    [
      [0, 0],
      [10 * Math.PI + 20, Math.PI],
    ],
  ],
  // Who is due while the rate is zero waits for the end of that.
  [
    'a pause',
    [
      { shape: 'rate', perSecond: 1, seconds: 5 },
      { shape: 'rate', perSecond: 0, seconds: 5 },
      { shape: 'rate', perSecond: 1, seconds: 5 },
    ],
    10,
    [
      [4, 4],
      [5, 10],
      [9, 14],
    ],
  ],
  [
    'a hundred tenths, which are ten',
    Array.from({ length: 100 }, () => ({ shape: 'rate' as const, perSecond: 0.1, seconds: 1 })),
    10,
    [
      [5, 50],
      [9, 90],
      [10, Number.POSITIVE_INFINITY],
    ],
  ],
])('%s', (_, segments, total, when) => {
  const curve = loadCurve(segments);
  expect(curve.total).toBeCloseTo(total, 9);
  for (const [amount, seconds] of when) {
    if (Number.isFinite(seconds)) expect(curve.when(amount)).toBeCloseTo(seconds, 6);
    else expect(curve.when(amount)).toBe(seconds);
  }
});

const rate = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 5000, noNaN: true }));
const seconds = fc.double({ min: 0.01, max: 600, noNaN: true });
const segment: fc.Arbitrary<Segment> = fc.oneof(
  fc.record({ shape: fc.constant('rate' as const), perSecond: rate, seconds }),
  fc.record({ shape: fc.constant('ramp' as const), from: rate, to: rate, seconds }),
  fc.record({
    shape: fc.constant('steps' as const),
    from: rate,
    by: fc.double({ min: 0, max: 100, noNaN: true }),
    each: seconds,
    count: fc.integer({ min: 1, max: 12 }),
  }),
  fc
    .tuple(
      rate,
      rate,
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      seconds,
    )
    .map(([base, peak, at, width, length]) => ({
      shape: 'spike' as const,
      base,
      peak,
      at: at * length,
      width: width * length,
      seconds: length,
    })),
  fc
    .tuple(
      fc.double({ min: 0.01, max: 5000, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      seconds,
      seconds,
    )
    // An amplitude of the whole mean makes the rate zero once a period, where Newton's steps would leave.
    .map(([mean, share, period, length]) => ({
      shape: 'sine' as const,
      mean,
      amplitude: share > 0.7 ? mean : share * mean,
      period,
      seconds: length,
    })),
);

test('when() inverts by(), never goes back, and asks for all of it before the end', () => {
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 5 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      (segments, shares) => {
        const curve = loadCurve(segments);
        let before = 0;
        for (const amount of shares.map((share) => Math.floor(share * curve.total)).sort((a, b) => a - b)) {
          const at = curve.when(amount);
          if (amount >= curve.total) {
            expect(at).toBe(Number.POSITIVE_INFINITY);
            continue;
          }
          expect(at).toBeGreaterThanOrEqual(before);
          expect(at).toBeLessThanOrEqual(curve.seconds);
          expect(Math.abs(curve.by(at) - amount)).toBeLessThan(1e-5 + amount * 1e-9);
          before = at;
        }
        expect(curve.by(curve.seconds)).toBe(curve.total);
      },
    ),
    { numRuns: 300 },
  );
});

test('neighbours a millionth of a second apart keep their order in a sine', () => {
  const { when, total } = loadCurve([{ shape: 'sine', mean: 1e6, amplitude: 1e6, period: 0.7, seconds: 3 }]);
  let last = -1;
  for (let k = 0; k < total; k += 1) {
    const at = when(k);
    if (at < last) throw new Error(`update ${k} is due at ${at}, before the last at ${last}`);
    last = at;
    if (k % 1000 === 10) k += 2000;
  }
  expect(last).toBeGreaterThan(2.99);
});
