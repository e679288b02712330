/** A Kinesis data stream: records by partition key over shards, in order within each. */
import { createHash } from 'node:crypto';
import { type ByteMeter, byteMeter, type Take, tokenBucket } from '../broker-quota.ts';

export interface StreamRecord {
  readonly partitionKey: string;
  readonly sequenceNumber: string;
  readonly data: Buffer;
  /** Epoch ms. */
  readonly arrivedAt: number;
}

export interface Shard {
  readonly id: string;
  /** Who gets its records, as they come. */
  readonly consumers: ((record: StreamRecord) => void)[];
}

export interface StreamOptions {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly shards: number;
  /** Epoch ms. */
  readonly now: () => number;
  /** Whether each shard is held to what AWS lets one take: 1 MiB and 1,000 records a second (developer guide, "Quotas and limits"). */
  readonly limited?: boolean;
  /** Told of each record that was taken, and of each that was not. */
  readonly onPut?: (bytes: number, taken: boolean) => void;
}

/** A shard has taken as much as it may in this second. */
export class ProvisionedThroughputExceededException extends Error {}

const SHARD_BYTES = 1024 * 1024;
const SHARD_RECORDS = 1000;

interface Limits {
  readonly records: Take;
  readonly bytes: ByteMeter;
}

/** Developer guide, "Quotas and limits": the key's characters. */
const MAX_PARTITION_KEY = 256;
/** Keys whose shard is kept; any number may come. */
const MAX_KNOWN_KEYS = 200_000;

export class Stream {
  readonly arn: string;
  readonly shards: readonly Shard[];
  readonly #options: StreamOptions;
  readonly #limits = new Map<Shard, Limits>();
  readonly #known = new Map<string, Shard>();
  #sequence = 0n;

  constructor(options: StreamOptions) {
    const { name, region, accountId, shards, now, limited = false } = options;
    this.arn = `arn:aws:kinesis:${region}:${accountId}:stream/${name}`;
    this.#options = options;
    this.shards = Array.from({ length: shards }, (_, i) => ({
      id: `shardId-${String(i).padStart(12, '0')}`,
      consumers: [],
    }));
    if (!limited) return;
    for (const shard of this.shards)
      this.#limits.set(shard, { records: tokenBucket(SHARD_RECORDS, now), bytes: byteMeter(SHARD_BYTES, now) });
  }

  /** @throws Error where the key cannot be one; ProvisionedThroughputExceededException where its shard is at its limit. */
  put(partitionKey: string, data: Buffer): void {
    if (partitionKey === '' || partitionKey.length > MAX_PARTITION_KEY)
      throw new Error(`a partition key has 1 to ${MAX_PARTITION_KEY} characters`);
    const shard = this.shardOf(partitionKey);
    const { name, accountId, now, onPut } = this.#options;
    const bytes = data.length + Buffer.byteLength(partitionKey);
    const taken = this.#admits(shard, bytes);
    onPut?.(bytes, taken);
    if (!taken)
      throw new ProvisionedThroughputExceededException(
        `Rate exceeded for shard ${shard.id} in stream ${name} under account ${accountId}.`,
      );
    const sequenceNumber = String(++this.#sequence).padStart(20, '0');
    const record = { partitionKey, sequenceNumber, data, arrivedAt: now() };
    for (const take of shard.consumers) take(record);
  }

  #admits(shard: Shard, bytes: number): boolean {
    const limits = this.#limits.get(shard);
    if (!limits) return true;
    if (limits.bytes.waitMs() > 0 || !limits.records()) return false;
    limits.bytes.take(bytes);
    return true;
  }

  /** Shards share the range of MD5's values evenly. */
  shardOf(partitionKey: string): Shard {
    let shard = this.#known.get(partitionKey);
    if (!shard) {
      const hash = createHash('md5').update(partitionKey).digest().readUInt32BE(0);
      shard = this.shards[Math.floor((hash / 2 ** 32) * this.shards.length)]!;
      if (this.#known.size >= MAX_KNOWN_KEYS) this.#known.clear();
      this.#known.set(partitionKey, shard);
    }
    return shard;
  }
}
