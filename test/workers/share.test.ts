import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Partition, type Share, type Stretch, shareOf, splitShare } from '../../src/workers/share.ts';

const counts = fc.array(fc.array(fc.nat(40), { maxLength: 12 }), { minLength: 1, maxLength: 20 });
const partitionsOf = (of: readonly (readonly number[])[]): Partition[] =>
  of.map((fixes) => ({ devices: fixes.length, fixes: fixes.reduce((sum, n) => sum + n, 0) }));

/** Each device as `partition/position`. */
const devicesOf = (stretches: readonly Stretch[], of: readonly (readonly number[])[]) =>
  stretches.flatMap(({ partition, from = 0, to = of[partition]!.length }) =>
    Array.from({ length: to - from }, (_, i) => `${partition}/${from + i}`),
  );
const everyDevice = (of: readonly (readonly number[])[]) =>
  of.flatMap((fixes, partition) => fixes.map((_, i) => `${partition}/${i}`)).sort();

const fleet = fc
  .record({
    counts,
    of: fc.integer({ min: 1, max: 60 }),
    byDevice: fc.boolean(),
    workers: fc.integer({ min: 1, max: 9 }),
  })
  .filter(({ counts: fixes, of }) => fixes.flat().length >= of);

test('all shards together are the fleet exactly once, and none is empty', () => {
  fc.assert(
    fc.property(fleet, ({ counts: fixes, of, byDevice, workers }) => {
      const partitions = partitionsOf(fixes);
      const shares = Array.from({ length: of }, (_, index) =>
        shareOf({ index, of, saidBy: '--shard' }, partitions, fixes, byDevice),
      );
      const sum = (name: 'devices' | 'updates') => shares.reduce((n, share) => n + share[name], 0);
      expect(shares.flatMap(({ stretches }) => devicesOf(stretches, fixes)).sort()).toEqual(everyDevice(fixes));
      expect(sum('devices')).toBe(fixes.flat().length);
      expect(sum('updates')).toBe(fixes.flat().reduce((n, own) => n + own, 0));
      for (const share of shares) {
        expect(share.devices).toBeGreaterThan(0);
        const split = splitShare(share, workers);
        expect(split.flatMap((worker) => devicesOf(worker.partitions, fixes)).sort()).toEqual(
          devicesOf(share.stretches, fixes).sort(),
        );
        expect(split.every(({ devices }) => devices > 0)).toBe(true);
        expect(split.reduce((n, { updates }) => n + updates, 0)).toBe(share.updates);
        expect(split.length).toBeLessThanOrEqual(workers);
      }
    }),
  );
});

test('a stretch knows where its partition begins in the whole fleet', () => {
  fc.assert(
    fc.property(fleet, ({ counts: fixes, of, byDevice }) => {
      for (let index = 0; index < of; index++) {
        const { stretches } = shareOf({ index, of, saidBy: '' }, partitionsOf(fixes), fixes, byDevice);
        for (const { partition, firstDevice } of stretches) {
          expect(firstDevice).toBe(fixes.slice(0, partition).flat().length);
        }
      }
    }),
  );
});

const sixteen = Array.from({ length: 16 }, () => Array<number>(10).fill(4));
const share = (index: number, of: number, byDevice = false): Share =>
  shareOf({ index, of, saidBy: '--shard' }, partitionsOf(sixteen), sixteen, byDevice);

test('whole partitions where there are enough, neighbours where there are not', () => {
  expect(share(0, 16).stretches).toEqual([{ partition: 0, firstDevice: 0 }]);
  expect(share(1, 5).stretches.every(({ from }) => from === undefined)).toBe(true);
  expect(share(1, 32).stretches).toEqual([{ partition: 0, firstDevice: 0, from: 5, to: 10 }]);
  // Made, not read: as even as can be.
  expect(Array.from({ length: 5 }, (_, i) => share(i, 5, true).devices)).toEqual([32, 32, 32, 32, 32]);
});

test('more shards than devices are refused', () => {
  expect(() => share(0, 161)).toThrow('161 shards of 160 devices');
});

test('whole partitions that make very uneven shares are worth a word; what is even, or by device, is not', () => {
  for (const of of [1, 2, 3, 4, 8, 16, 32]) expect(share(0, of).uneven).toBeUndefined();
  expect(share(0, 12).uneven).toContain('from 40 to 80 updates');
  expect(share(11, 12).uneven).toBe(share(0, 12).uneven);
  expect(share(0, 12, true).uneven).toBeUndefined();
});
