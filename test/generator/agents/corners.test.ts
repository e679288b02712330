import { describe, expect, it } from 'vitest';
import { bearings, cornerSpeed, cornersOf, turnBetween } from '../../../src/generator/agents/corners.ts';

/** Vertices east and north of a place, in metres. */
function line(...points: (readonly [east: number, north: number])[]) {
  const lat = Float64Array.from(points, ([, north]) => 21.3 + north / 111_195);
  const lon = Float64Array.from(points, ([east]) => -157.8 + east / 111_195 / Math.cos((21.3 * Math.PI) / 180));
  const metres = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) {
    metres[i] = metres[i - 1]! + Math.hypot(points[i]![0] - points[i - 1]![0], points[i]![1] - points[i - 1]![1]);
  }
  return { headings: bearings(lon, lat), metres };
}

describe('corners', () => {
  it('are the slower the sharper, and none where the road is straight', () => {
    expect(cornerSpeed(5)).toBe(Number.POSITIVE_INFINITY);
    const speeds = [30, 60, 90, 135, 180].map(cornerSpeed);
    expect(speeds).toEqual([...speeds].sort((a, b) => b - a));
    expect(cornerSpeed(-90)).toBe(cornerSpeed(90));
    expect(cornerSpeed(90)).toBeGreaterThan(3.5);
    expect(cornerSpeed(90)).toBeLessThan(6);
  });

  it.each([
    [10, 350, -20],
    [350, 10, 20],
    [0, 180, -180],
    [90, 90, 0],
  ])('from %i to %i turn by %i', (before, after, turn) => {
    expect(turnBetween(before, after)).toBe(turn);
  });

  it('lie where the line turns, repeated vertices or not', () => {
    const { headings, metres } = line([0, 0], [0, 100], [0, 100], [80, 100], [200, 102]);
    expect(headings[0]).toBeCloseTo(0, 3);
    expect(headings[1]).toBeNaN();
    expect(headings[2]).toBeCloseTo(90, 1);
    const corners = cornersOf(headings, metres);
    expect(corners).toHaveLength(1);
    expect(corners[0]!.metres).toBeCloseTo(100, 6);
    expect(corners[0]!.speed).toBeCloseTo(cornerSpeed(90), 1);
  });

  it('drawn as many small turns are one: a roundabout of 10 m is slow, a bend of 200 m is not', () => {
    const arc = (radius: number) =>
      line(
        ...Array.from({ length: 19 }, (_, i) => {
          const angle = (i * 10 * Math.PI) / 180;
          return [radius * Math.sin(angle), radius * Math.cos(angle)] as const;
        }),
      );
    const small = arc(10);
    expect(Math.min(...cornersOf(small.headings, small.metres).map(({ speed }) => speed))).toBeLessThan(5);
    const wide = arc(200);
    expect(cornersOf(wide.headings, wide.metres)).toEqual([]);
  });
});
