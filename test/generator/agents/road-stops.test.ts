import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentRandom, PURPOSE } from '../../../src/generator/agent-random.ts';
import { type Junction, roadStops } from '../../../src/generator/agents/road-stops.ts';
import { NODE_KIND } from '../../../src/generator/map/graph.ts';

/** Stops on many drives along the same way of 2 km. */
function drives(junctions: readonly Junction[], readiness = 1, count = 4000) {
  const random = agentRandom(1, 1, PURPOSE.driving);
  return Array.from({ length: count }, () => roadStops(junctions, 2000, readiness, random));
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const every = (metres: number, kind: number) =>
  Array.from({ length: Math.floor(2000 / metres) }, (_, i) => ({ metres: (i + 0.5) * metres, kind, meets: true }));

describe('stops on the road', () => {
  it.each([
    ['no junctions at all', []],
    ['plain junctions', every(100, NODE_KIND.plain)],
    ['a few signals', every(600, NODE_KIND.signals)],
    ['give-way signs', every(250, NODE_KIND.giveWay)],
  ])('are as many as drivers usually make, with %s', (_, junctions) => {
    const perKm = mean(drives(junctions).map((stops) => stops.length)) / 2;
    expect(perKm).toBeGreaterThan(1.7);
    expect(perKm).toBeLessThan(2.3);
  });

  it('are more where signals stand at every corner, and for a driver who is stopped more often', () => {
    const usual = mean(drives(every(80, NODE_KIND.signals)).map((stops) => stops.length));
    expect(usual).toBeGreaterThan(6);
    expect(mean(drives([], 1.5).map((stops) => stops.length))).toBeGreaterThan(
      1.4 * mean(drives([], 1).map((stops) => stops.length)),
    );
  });

  it('take the signals of one crossing for one', () => {
    const crossing = [0, 12, 25, 38].map((metres) => ({ metres: 1000 + metres, kind: NODE_KIND.signals, meets: true }));
    const at = (stops: readonly { metres: number }[]) => stops.filter(({ metres }) => metres > 960 && metres < 1040);
    // Of traffic there are stops at the crossing too, but few.
    expect(mean(drives(crossing).map((stops) => at(stops).length))).toBeLessThan(0.6);
  });

  it('last as the real ones: short ones behind others, long ones at red', () => {
    const dwells = drives([])
      .flatMap((stops) => stops.map(({ dwell }) => dwell))
      .sort((a, b) => a - b);
    const percentile = (percent: number) => dwells[Math.floor((dwells.length * percent) / 100)]!;
    expect(percentile(50)).toBeGreaterThan(12);
    expect(percentile(50)).toBeLessThan(21);
    expect(percentile(75)).toBeGreaterThan(28);
    expect(percentile(75)).toBeLessThan(38);
    expect(percentile(95)).toBeGreaterThan(50);
    expect(percentile(95)).toBeLessThan(70);
  });

  it('lie on the way, in its order', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            metres: fc.double({ min: 0, max: 500, noNaN: true }),
            kind: fc.integer({ min: 0, max: 4 }),
            meets: fc.boolean(),
          }),
        ),
        fc.integer({ min: 0, max: 1000 }),
        (unsorted, seed) => {
          const junctions = unsorted.sort((a, b) => a.metres - b.metres);
          const stops = roadStops(junctions, 500, 2, agentRandom(seed, 0, PURPOSE.driving));
          const places = stops.map(({ metres }) => metres);
          expect(places).toEqual([...places].sort((a, b) => a - b));
          expect(places.every((metres) => metres >= 0 && metres <= 500)).toBe(true);
          expect(stops.every(({ dwell }) => dwell > 0 && dwell <= 120)).toBe(true);
        },
      ),
    );
  });
});
