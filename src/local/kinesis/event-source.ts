/** Lambda's event source mapping for a stream: each shard's records in order, in batches, tried again from where it failed. */
import type { StoppableClock } from '../../clock.ts';
import { Fifo } from '../lambda/fifo.ts';
import { TooManyRequests } from '../lambda/lambda-function.ts';
import type { Stream, StreamRecord } from './stream.ts';

export interface EventSourceSettings {
  /** At most this many records in one invocation. */
  readonly batchSize: number;
  /** How long a first record waits for others. */
  readonly windowMs: number;
  /** Batches of one shard at a time; records of one partition key stay in order. */
  readonly parallelization: number;
  /** How often a batch is tried again before its records are dropped. */
  readonly retries: number;
  /** A batch that fails as a whole is split in two before it is given up. */
  readonly bisect: boolean;
}

/** As the AWS sample amazon-location-stream-device-data-to-tracker-lambda has it, with a shorter window. */
export const EVENT_SOURCE_DEFAULTS: EventSourceSettings = {
  batchSize: 100,
  windowMs: 1000,
  parallelization: 1,
  retries: 2,
  bisect: true,
};

export interface EventSourceOptions {
  readonly stream: Stream;
  readonly region: string;
  /** Invokes the function and waits for it. @throws TooManyRequests where it has no room, or what it throws. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly settings: EventSourceSettings;
  readonly clock: StoppableClock;
  /** Told, as a batch is handed over, how old its last record is. */
  readonly onBatch?: (ageMs: number) => void;
  readonly onDropped: (records: readonly StreamRecord[], error: unknown) => void;
}

const STOPPED = new Error('the stand-in stopped');
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 60_000;

export class EventSource {
  readonly #lanes: Lane[] = [];
  #waiting: (() => void)[] = [];

  constructor(options: EventSourceOptions) {
    const { stream, settings } = options;
    for (const shard of stream.shards) {
      const finished = () => this.#finished();
      const lanes = Array.from({ length: settings.parallelization }, () => new Lane(shard.id, options, finished));
      this.#lanes.push(...lanes);
      shard.consumers.push((record) => lanes[laneOf(record.partitionKey, lanes.length)]!.push(record));
    }
  }

  /** Records not yet dealt with. */
  get pending(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.pending, 0);
  }

  idle(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Drops what still waits for its first attempt: there is no time left. */
  abandon(): void {
    for (const lane of this.#lanes) lane.abandon();
  }

  #finished(): void {
    if (this.pending > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function laneOf(key: string, lanes: number): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0;
  return hash % lanes;
}

/** One batch at a time. */
class Lane {
  pending = 0;
  readonly #shardId: string;
  readonly #options: EventSourceOptions;
  readonly #finished: () => void;
  readonly #records = new Fifo<StreamRecord>();
  #running = false;
  #full: () => void = () => {};

  constructor(shardId: string, options: EventSourceOptions, finished: () => void) {
    this.#shardId = shardId;
    this.#options = options;
    this.#finished = finished;
  }

  push(record: StreamRecord): void {
    this.pending++;
    this.#records.push(record);
    if (this.#records.length >= this.#options.settings.batchSize) this.#full();
    if (!this.#running) void this.#run();
  }

  abandon(): void {
    const records: StreamRecord[] = [];
    for (let record = this.#records.shift(); record; record = this.#records.shift()) records.push(record);
    this.pending -= records.length;
    if (records.length > 0) this.#options.onDropped(records, STOPPED);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#records.length > 0) {
      const batch = await this.#nextBatch();
      if (batch.length > 0) await this.#deliver(batch);
      this.pending -= batch.length;
    }
    this.#running = false;
    this.#finished();
  }

  async #nextBatch(): Promise<StreamRecord[]> {
    const { settings, clock } = this.#options;
    if (this.#records.length < settings.batchSize && settings.windowMs > 0) {
      const full = new Promise<void>((resolve) => {
        this.#full = resolve;
      });
      await Promise.race([full, clock.until(clock.now() + settings.windowMs)]);
      this.#full = () => {};
    }
    const batch: StreamRecord[] = [];
    while (batch.length < settings.batchSize && this.#records.length > 0) batch.push(this.#records.shift()!);
    return batch;
  }

  /** Until all are dealt with, in order: what failed is tried again from the first record that did. */
  async #deliver(batch: readonly StreamRecord[]): Promise<void> {
    const { settings, clock, onDropped } = this.#options;
    let records = batch;
    let pause = FIRST_PAUSE_MS;
    for (let failures = 0; ; ) {
      const { failedFrom, error } = await this.#attempt(records);
      if (failedFrom === undefined) return;
      // What came through counts: the next record has all its tries before it.
      if (failedFrom > 0) failures = 0;
      records = records.slice(failedFrom);
      if (!(error instanceof TooManyRequests)) failures++;
      if (failures > settings.retries) break;
      const going = await clock.until(clock.now() + pause);
      if (!going) return onDropped(records, STOPPED);
      pause = Math.min(LAST_PAUSE_MS, pause * 2);
    }
    if (!settings.bisect || records.length === 1) return onDropped(records, new Error('retries exhausted'));
    const middle = Math.ceil(records.length / 2);
    await this.#deliver(records.slice(0, middle));
    await this.#deliver(records.slice(middle));
  }

  /** `failedFrom`: the first record that is to come again. */
  async #attempt(records: readonly StreamRecord[]): Promise<{ failedFrom?: number; error?: unknown }> {
    const { clock, onBatch } = this.#options;
    onBatch?.(Math.max(0, clock.now() - records.at(-1)!.arrivedAt));
    try {
      const result = await this.#options.invoke(this.#eventOf(records));
      const { batchItemFailures = [] } = (result ?? {}) as { batchItemFailures?: { itemIdentifier: string }[] };
      if (batchItemFailures.length === 0) return {};
      // "Lambda uses the lowest sequence number as the checkpoint"; one that it does not know fails the batch.
      const failed = batchItemFailures.map(({ itemIdentifier }) =>
        records.findIndex(({ sequenceNumber }) => sequenceNumber === itemIdentifier),
      );
      return { failedFrom: Math.max(0, Math.min(...failed)) };
    } catch (error) {
      return { failedFrom: 0, error };
    }
  }

  #eventOf(records: readonly StreamRecord[]) {
    const { stream, region } = this.#options;
    return {
      Records: records.map(({ partitionKey, sequenceNumber, data, arrivedAt }) => ({
        eventSource: 'aws:kinesis',
        eventName: 'aws:kinesis:record',
        eventVersion: '1.0',
        eventID: `${this.#shardId}:${sequenceNumber}`,
        eventSourceARN: stream.arn,
        awsRegion: region,
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey,
          sequenceNumber,
          data: data.toString('base64'),
          approximateArrivalTimestamp: arrivedAt / 1000,
        },
      })),
    };
  }
}
