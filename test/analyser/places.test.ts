/** The grid finds what a walk through the whole list finds, and does not walk through it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchDevice, type TimedPosition, TOLERANCE_DEGREES } from '../../src/analyser/match.ts';
import { placesOf } from '../../src/analyser/places.ts';
import type { Position } from '../../src/model.ts';

/** As the 2022 analyser does it: each sent entry is looked for among all that is left. */
function byWalking(sent: readonly TimedPosition[], received: readonly TimedPosition[]): number[] {
  const byTime = (entries: readonly TimedPosition[]) =>
    [...entries].sort((a, b) => Math.trunc(a.time) - Math.trunc(b.time));
  const to = byTime(received);
  const differences: number[] = [];
  let next = 0;
  for (const { time, position } of byTime(sent)) {
    const hit = to.findIndex(
      (entry, i) =>
        i >= next &&
        Math.abs(position[0] - entry.position[0]) < TOLERANCE_DEGREES &&
        Math.abs(position[1] - entry.position[1]) < TOLERANCE_DEGREES,
    );
    if (hit < 0) continue;
    differences.push(Math.trunc(to[hit]!.time) - Math.trunc(time));
    next = hit + 1;
  }
  return differences;
}

// Steps of less than the tolerance, of the tolerance, and of a cell; few places, so that many are met again.
const axis = (...origins: number[]) =>
  fc
    .tuple(
      fc.constantFrom(...origins),
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom(0, 0, 0.4e-9, 1e-9, 5e-9, 1e-6),
    )
    .map(([origin, n, step]) => origin + n * step);
const entry: fc.Arbitrary<TimedPosition> = fc.record({
  time: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.double({ min: 0, max: 60, noNaN: true })),
  position: fc.tuple(axis(8.1, -179.999999995), axis(50.1)),
});

describe('matching by a grid', () => {
  it('gives the answers of the walk', () => {
    let matches = 0;
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 60, size: 'max' }),
        fc.array(entry, { maxLength: 60, size: 'max' }),
        (sent, received) => {
          const expected = byWalking(sent, received);
          matches += expected.length;
          expect(matchDevice(sent, received)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
    expect(matches).toBeGreaterThan(300); // else it would show nothing
  });

  it('gives the answers of the walk for numbers that are no places', () => {
    const number = fc.double();
    const odd = fc.record({ time: fc.integer(), position: fc.tuple(number, number) });
    fc.assert(
      fc.property(fc.array(odd), fc.array(odd), (a, b) => {
        expect(matchDevice([...a, ...b], [...b, ...a])).toEqual(byWalking([...a, ...b], [...b, ...a]));
      }),
    );
  });

  it('looks at few positions where everything misses', () => {
    let looked = 0;
    const counted = (position: Position) => ({
      get position() {
        looked++;
        return position;
      },
    });
    const n = 20_000;
    const places = placesOf(
      Array.from({ length: n }, (_, i) => counted([8 + i * 1e-6, 50])),
      TOLERANCE_DEGREES,
    );
    for (let i = 0; i < n; i++) expect(places.first([8 + (i + 0.5) * 1e-6, 50], 0)).toBeUndefined();
    expect(looked).toBeLessThan(2 * n);
  });

  it('looks at few positions where a device stands still and is seen half as often', () => {
    let looked = 0;
    const list = Array.from({ length: 10_000 }, () => ({
      get position(): Position {
        looked++;
        return [8, 50];
      },
    }));
    const places = placesOf(list, TOLERANCE_DEGREES);
    let next = 0;
    for (let i = 0; i < 20_000; i++) next = (places.first([8, 50], next) ?? next - 1) + 1;
    expect(next).toBe(10_000);
    expect(looked).toBeLessThan(3 * list.length);
  });
});
