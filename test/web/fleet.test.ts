import { describe, expect, test } from 'vitest';
import { STALE_MS, takeCensus } from '../../web/src/fleet/census.ts';
import { newFleet, VERTEX } from '../../web/src/fleet/fleet.ts';
import { boundsOf, nearestTo } from '../../web/src/map/on-map.ts';

const line = (id: string, sampleTime: number, position: readonly [number, number], seenAt: number) => ({
  id,
  sampleTime,
  position,
  notBefore: 0,
  seenAt,
});

describe('the fleet', () => {
  test('a marker glides from where it is to the new position, as long as the last two were apart', () => {
    const fleet = newFleet(0);
    fleet.apply(line('a', 0, [10, 50], 1_000), 't0', {});
    expect(fleet.shownAt(0, 1_000)).toEqual([expect.closeTo(10, 6), expect.closeTo(50, 6)]);
    fleet.apply(line('a', 30_000, [10.001, 50], 4_000), 't0', {});
    expect(fleet.shownAt(0, 4_000)[0]).toBeCloseTo(10, 6);
    expect(fleet.shownAt(0, 5_500)[0]).toBeCloseTo(10.0005, 6);
    expect(fleet.shownAt(0, 7_000)[0]).toBeCloseTo(10.001, 6);
    expect(fleet.shownAt(0, 99_000)[0]).toBeCloseTo(10.001, 6);
    expect(fleet.restsAt).toBe(7_000);
    // Half way, it is sent elsewhere: no jump.
    fleet.apply(line('a', 31_000, [10.002, 50], 5_500), 't0', {});
    expect(fleet.shownAt(0, 5_500)[0]).toBeCloseTo(10.0005, 6);
    // What is held is what was stored, not what is shown.
    expect(fleet.device(0).position).toEqual([10.002, 50]);
  });

  test('a leap is no glide, nor is anything where motion is not wanted', () => {
    for (const [options, east] of [
      [{}, 11],
      [{ still: true }, 10.001],
    ] as const) {
      const fleet = newFleet(0, options);
      fleet.apply(line('a', 0, [10, 50], 1_000), 't0', {});
      fleet.apply(line('a', 30_000, [east, 50], 4_000), 't0', {});
      expect(fleet.shownAt(0, 4_000)[0]).toBeCloseTo(east, 6);
    }
  });

  test('speed and heading are those of the receiver, or of the way between two fixes', () => {
    const fleet = newFleet(0);
    fleet.apply(line('a', 0, [10, 50], 0), 't0', {});
    expect(fleet.device(0)).toMatchObject({ speed: undefined, heading: undefined, moving: false });
    fleet.apply(line('a', 10_000, [10, 50.001], 1), 't0', {});
    expect(fleet.device(0).heading).toBeCloseTo(0, 3);
    expect(fleet.device(0).speed).toBeCloseTo(11.12, 1);
    // Standing still, it keeps looking where it was going.
    fleet.apply(line('a', 20_000, [10.00001, 50.001], 2), 't0', {});
    expect(fleet.device(0)).toMatchObject({ moving: false, heading: 0 });
    fleet.apply(line('a', 30_000, [10, 50.001], 3), 't0', { speed: 7, heading: 271 });
    expect(fleet.device(0)).toMatchObject({ moving: true, speed: 7, heading: 271 });
  });

  test('grows, and says what changed since it was last asked', () => {
    const fleet = newFleet(0);
    for (let i = 0; i < 1_000; i++) fleet.apply(line(`d${i}`, i, [10 + i / 1_000, 50], i), `t${i % 3}`, {});
    expect(fleet.count).toBe(1_000);
    expect(fleet.vertices.length).toBeGreaterThanOrEqual(1_000 * VERTEX.size);
    expect(fleet.takeChanged()).toEqual([0, 1_000]);
    expect(fleet.takeChanged()).toBeUndefined();
    fleet.apply(line('d7', 5_000, [10, 50], 5_000), 't1', {});
    expect(fleet.takeChanged()).toEqual([7, 8]);
    expect(fleet.device(999)).toMatchObject({ id: 'd999', tracker: 't0', position: [10.999, 50] });
  });

  test('tells whoever watches a device, until they leave', () => {
    const fleet = newFleet(0);
    const heard: number[] = [];
    const leave = fleet.watch('a', ({ sampleTime }) => heard.push(sampleTime));
    fleet.apply(line('a', 1, [10, 50], 1), 't0', {});
    fleet.apply(line('b', 2, [10, 50], 1), 't0', {});
    leave();
    fleet.apply(line('a', 3, [10, 50], 1), 't0', {});
    expect(heard).toEqual([1]);
  });
});

describe('on the map', () => {
  const fleet = newFleet(0);
  for (let i = 0; i < 300; i++)
    fleet.apply(line(`d${i}`, i, [10 + (i % 100) / 1_000, 50], 0), i < 200 ? 't0' : 't1', {});
  fleet.apply(line('lost', 0, [0, 0], 0), 't1', {});

  test('a click finds the nearest device, and none far from all', () => {
    expect(fleet.ids[nearestTo(fleet, [10.0421, 50], 1e-5, 0)!]).toMatch(/^d(42|142|242)$/);
    expect(nearestTo(fleet, [20, 50], 1e-5, 0)).toBeUndefined();
  });

  test('bounds leave out what is lost, and are those of a group', () => {
    expect(boundsOf(fleet, undefined)).toEqual([10, 50, expect.closeTo(10.099, 2), 50]);
    expect(boundsOf(fleet, 't0')?.[0]).toBeCloseTo(10.0, 2);
    expect(boundsOf(fleet, 'nobody')).toBeUndefined();
  });
});

test('a census counts each device once, in its state and its group', () => {
  const fleet = newFleet(0);
  const now = 10 * STALE_MS;
  fleet.apply(line('a', now, [10, 50], 0), 't0', { speed: 5 });
  fleet.apply(line('b', now - 1_000, [10, 50], 0), 't0', { speed: 0 });
  fleet.apply(line('c', now - STALE_MS - 1, [10, 50], 0), 't1', { speed: 5 });
  const { all, groups } = takeCensus(fleet, now);
  expect(all).toEqual({ devices: 3, moving: 1, standing: 1, stale: 1, newest: now });
  expect(groups.get('t1')).toEqual({ devices: 1, moving: 0, standing: 0, stale: 1, newest: now - STALE_MS - 1 });
});
