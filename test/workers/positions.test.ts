import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attempt } from '../../src/model.ts';
import { samplePositions } from '../../src/workers/positions.ts';

const attempt = (longitude: number): Attempt => ({
  update: { deviceId: 'SLE-1', seq: 0, sampleTime: 0, position: [longitude, -longitude] },
  dueAt: 0,
  readyAt: 0,
  sentAt: 0,
  doneAt: 0,
});

test('nobody watches: no sample', () => {
  expect(samplePositions(100, 0)).toBeUndefined();
});

test('at most so many devices, evenly chosen, each in its place; every attempt is still recorded', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 64 }), (devices, most) => {
      const { sample, recordOf } = samplePositions(devices, most)!;
      expect(sample.length / 2).toBeLessThanOrEqual(most);
      expect(sample.every(Number.isNaN)).toBe(true);
      const recorded: Attempt[] = [];
      const plain = (one: Attempt) => void recorded.push(one);
      const records = Array.from({ length: devices }, (_, i) => recordOf(i, plain));
      for (const [i, record] of records.entries()) record(attempt(i));
      expect(recorded.map(({ update }) => update.position[0])).toEqual([...records.keys()]);
      const sampled = records.flatMap((record, i) => (record === plain ? [] : [i]));
      expect([...sample]).toEqual(sampled.flatMap((i) => [i, -i]));
    }),
  );
});
