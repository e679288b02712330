/** A Kinesis data stream: records by partition key over shards, in order within each. */
import { createHash } from 'node:crypto';

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
}

/** Developer guide, "Quotas and limits": the key's characters. */
const MAX_PARTITION_KEY = 256;
/** Keys whose shard is kept; any number may come. */
const MAX_KNOWN_KEYS = 200_000;

export class Stream {
  readonly arn: string;
  readonly shards: readonly Shard[];
  readonly #now: () => number;
  readonly #known = new Map<string, Shard>();
  #sequence = 0n;

  constructor({ name, region, accountId, shards, now }: StreamOptions) {
    this.arn = `arn:aws:kinesis:${region}:${accountId}:stream/${name}`;
    this.#now = now;
    this.shards = Array.from({ length: shards }, (_, i) => ({
      id: `shardId-${String(i).padStart(12, '0')}`,
      consumers: [],
    }));
  }

  /** @throws Error where the key cannot be one. */
  put(partitionKey: string, data: Buffer): void {
    if (partitionKey === '' || partitionKey.length > MAX_PARTITION_KEY)
      throw new Error(`a partition key has 1 to ${MAX_PARTITION_KEY} characters`);
    const sequenceNumber = String(++this.#sequence).padStart(20, '0');
    const record = { partitionKey, sequenceNumber, data, arrivedAt: this.#now() };
    for (const take of this.shardOf(partitionKey).consumers) take(record);
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
