import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  KEY_BYTES,
  type RowKey,
  readKey,
  readRow,
  writeKey,
  writeValue,
} from '../../../src/local/data-dir/position-row.ts';
import type { StoredPosition } from '../../../src/local/trackers/positions.ts';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const time = fc.oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.double({ noNaN: true }));
const key: fc.Arbitrary<RowKey> = fc.record({ generation: u32, device: u32, sampleTime: time });
const number = fc.double({ noNaN: true });
const position: fc.Arbitrary<StoredPosition> = fc
  .record({
    sampleTime: time,
    receivedTime: number,
    position: fc.tuple(number, number),
    accuracy: fc.option(number, { nil: undefined }),
    properties: fc.option(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), {
      nil: undefined,
    }),
  })
  .map(({ accuracy, properties, ...rest }) => ({
    ...rest,
    ...(accuracy === undefined ? {} : { accuracy }),
    ...(properties === undefined ? {} : { properties: { ...properties } }),
  }));

const bytesOf = (row: RowKey) => Buffer.from(writeKey(Buffer.alloc(KEY_BYTES), row));

it('a row that was written is read back to the last bit', () => {
  fc.assert(
    fc.property(key, position, (row, stored) => {
      const { sampleTime } = row;
      expect(readKey(bytesOf(row))).toEqual({ ...row, sampleTime: sampleTime + 0 });
      expect(readRow(row, writeValue(stored))).toEqual({ ...stored, sampleTime });
    }),
  );
});

it('keys sort as tracker, device and sample time do', () => {
  const order = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);
  fc.assert(
    fc.property(key, key, fc.boolean(), fc.boolean(), (a, other, sameTracker, sameDevice) => {
      const b = {
        ...other,
        ...(sameTracker ? { generation: a.generation } : {}),
        ...(sameDevice ? { device: a.device } : {}),
      };
      const wanted =
        order(a.generation, b.generation) || order(a.device, b.device) || order(a.sampleTime, b.sampleTime);
      expect(Buffer.compare(bytesOf(a), bytesOf(b))).toBe(wanted);
    }),
  );
});

it('bytes that are too few are no position', () => {
  expect(() => readRow({ generation: 1, device: 1, sampleTime: 1 }, Buffer.alloc(31))).toThrow('32 bytes or more');
});
