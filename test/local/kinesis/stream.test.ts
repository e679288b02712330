import { expect, it } from 'vitest';
import { ProvisionedThroughputExceededException, Stream } from '../../../src/local/kinesis/stream.ts';

function stream(limited: boolean) {
  const clock = { now: 0 };
  const told: [bytes: number, taken: boolean][] = [];
  const records: string[] = [];
  const made = new Stream({
    name: 'positions',
    region: 'eu-west-1',
    accountId: '000000000000',
    shards: 2,
    now: () => clock.now,
    limited,
    onPut: (...put) => told.push(put),
  });
  for (const shard of made.shards) shard.consumers.push(({ partitionKey }) => records.push(partitionKey));
  const put = (key: string, bytes: number) => {
    try {
      made.put(key, Buffer.alloc(bytes));
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(ProvisionedThroughputExceededException);
      expect(error).toMatchObject({
        message: `Rate exceeded for shard ${made.shardOf(key).id} in stream positions under account 000000000000.`,
      });
      return false;
    }
  };
  return { clock, told, records, put, made };
}

const count = (times: number, put: () => boolean) => Array.from({ length: times }, put).filter(Boolean).length;

it('a shard takes a thousand records a second, and another shard its own', () => {
  const { clock, put, made, told, records } = stream(true);
  const other = Array.from({ length: 50 }, (_, i) => `k${i}`).find((key) => made.shardOf(key) !== made.shardOf('a'))!;
  expect(count(1200, () => put('a', 10))).toBe(1000);
  expect(put(other, 10)).toBe(true);
  clock.now += 100;
  expect(count(200, () => put('a', 10))).toBe(100);
  expect(records).toHaveLength(1101);
  expect(told.filter(([, taken]) => !taken)).toHaveLength(300);
  expect(told[0]).toEqual([11, true]);
});

it('a shard takes a mebibyte a second', () => {
  const { clock, put } = stream(true);
  expect(count(20, () => put('a', 128 * 1024 - 1))).toBe(8);
  clock.now += 1000;
  expect(count(20, () => put('a', 128 * 1024 - 1))).toBe(8);
});

it('nothing is limited unless it was asked for', () => {
  const { put } = stream(false);
  expect(count(3000, () => put('a', 1024))).toBe(3000);
});
