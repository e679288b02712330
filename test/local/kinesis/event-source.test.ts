import { describe, expect, it } from 'vitest';
import {
  EVENT_SOURCE_DEFAULTS,
  EventSource,
  type EventSourceSettings,
} from '../../../src/local/kinesis/event-source.ts';
import { Stream } from '../../../src/local/kinesis/stream.ts';
import { TooManyRequests } from '../../../src/local/lambda/lambda-function.ts';
import { fakeClock } from '../../support/fake-clock.ts';

interface Event {
  Records: { kinesis: { data: string; sequenceNumber: string; partitionKey: string } }[];
}
type Reply = { batchItemFailures: { itemIdentifier: string }[] } | undefined;

const textOf = ({ kinesis }: Event['Records'][number]) => Buffer.from(kinesis.data, 'base64').toString();

/** A stream of one shard, and a function that answers as `reply` says to the texts of its records. */
function source(
  reply: (texts: string[], event: Event) => Reply | Promise<Reply>,
  settings: Partial<EventSourceSettings> = {},
  shards = 1,
) {
  const clock = fakeClock();
  const stream = new Stream({ name: 's', region: 'eu-west-1', accountId: '0', shards, now: clock.now });
  const calls: [at: number, texts: string][] = [];
  const dropped: string[] = [];
  const mapping = new EventSource({
    stream,
    region: 'eu-west-1',
    clock,
    settings: { ...EVENT_SOURCE_DEFAULTS, ...settings },
    onDropped: (records) => dropped.push(...records.map(({ data }) => data.toString())),
    invoke: async (event) => {
      const texts = (event as Event).Records.map(textOf);
      calls.push([clock.now(), texts.join('')]);
      return reply(texts, event as Event);
    },
  });
  const put = (text: string, key = 'k') => stream.put(key, Buffer.from(text));
  return { clock, stream, mapping, calls, dropped, put };
}

const failing =
  (text: string) =>
  (texts: string[], { Records }: Event) => {
    const at = texts.indexOf(text);
    return at < 0 ? undefined : { batchItemFailures: [{ itemIdentifier: Records[at]!.kinesis.sequenceNumber }] };
  };

describe('an event source mapping', () => {
  it('waits for a batch to fill, but no longer than its window', async () => {
    const { clock, calls, put, mapping } = source(() => undefined, { batchSize: 3, windowMs: 100 });
    put('a');
    await clock.advance(50);
    put('b');
    await clock.advance(60);
    for (const text of 'cdefg') put(text);
    await clock.advance(0);
    expect(mapping.pending).toBe(2);
    await clock.advance(100);
    expect(calls).toEqual([
      [100, 'ab'],
      [110, 'cde'],
      [210, 'fg'],
    ]);
    await mapping.idle();
    expect(mapping.pending).toBe(0);
  });

  it('invokes for one batch of a shard at a time', async () => {
    let running = 0;
    const made = source(
      async () => {
        expect(++running).toBe(1);
        await made.clock.until(made.clock.now() + 50);
        running--;
        return undefined;
      },
      { batchSize: 1, windowMs: 0 },
    );
    for (const text of 'abc') made.put(text);
    await made.clock.advance(200);
    expect(made.calls.map(([at, text]) => [at, text])).toEqual([
      [0, 'a'],
      [50, 'b'],
      [100, 'c'],
    ]);
  });

  it('comes again from the first record that failed, and drops what fails too often', async () => {
    const { clock, calls, dropped, put } = source(failing('c'), { windowMs: 10, retries: 2, bisect: true });
    for (const text of 'abcde') put(text);
    await clock.advance(10_000);
    // Twice more from c; then c and d, e by themselves, as the batch is split in two.
    expect(calls.map(([, texts]) => texts)).toEqual(['abcde', 'cde', 'cde', 'cd', 'cd', 'cd', 'c', 'c', 'c', 'd', 'e']);
    expect(dropped).toEqual(['c']);
  });

  it('drops all of a batch that it may not split', async () => {
    const reply = () => {
      throw new Error('no');
    };
    const { clock, calls, dropped, put } = source(reply, { windowMs: 10, retries: 1, bisect: false });
    for (const text of 'ab') put(text);
    await clock.advance(10_000);
    expect(calls.map(([, texts]) => texts)).toEqual(['ab', 'ab']);
    expect(dropped).toEqual(['a', 'b']);
  });

  it('waits for as long as the function has no room, and counts that as no failure', async () => {
    let refusals = 5;
    const reply = () => {
      if (refusals-- > 0) throw new TooManyRequests('busy');
      return undefined;
    };
    const { clock, calls, dropped, put } = source(reply, { windowMs: 0, retries: 0 });
    put('a');
    await clock.advance(60_000);
    expect(calls.map(([at]) => at)).toEqual([0, 100, 300, 700, 1500, 3100]);
    expect(dropped).toEqual([]);
  });

  it('drops what it has not begun with when there is no time left', async () => {
    const made = source(
      async () => {
        await made.clock.until(100);
        return undefined;
      },
      { batchSize: 2, windowMs: 10 },
    );
    for (const text of 'abc') made.put(text);
    await made.clock.advance(50);
    made.mapping.abandon();
    await made.clock.advance(100);
    await made.mapping.idle();
    expect(made.calls.map(([, texts]) => texts)).toEqual(['ab']);
    expect(made.dropped).toEqual(['c']);
    made.put('d');
    made.mapping.abandon(); // while its window is open
    await made.clock.advance(100);
    await made.mapping.idle();
    expect(made.calls).toHaveLength(1);
    expect(made.dropped).toEqual(['c', 'd']);
  });

  it('keeps the order of each key, however many batches run at a time', async () => {
    const seen = new Map<string, number[]>();
    const made = source(
      async (_, { Records }) => {
        await made.clock.until(made.clock.now() + Records.length);
        for (const record of Records) {
          const of = seen.get(record.kinesis.partitionKey) ?? [];
          seen.set(record.kinesis.partitionKey, [...of, Number(textOf(record))]);
        }
        return undefined;
      },
      { batchSize: 7, windowMs: 5, parallelization: 3 },
      4,
    );
    for (let n = 0; n < 50; n++) {
      for (let key = 0; key < 20; key++) made.put(String(n), `key${key}`);
      await made.clock.advance(3);
    }
    await made.clock.advance(10_000);
    await made.mapping.idle();
    expect(seen.size).toBe(20);
    for (const order of seen.values()) expect(order).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });
});

describe('a stream', () => {
  it('spreads keys over its shards, each always to the same', () => {
    const stream = new Stream({ name: 's', region: 'r', accountId: '0', shards: 4, now: () => 0 });
    const counts = new Map<string, number>();
    for (let i = 0; i < 4000; i++) {
      const { id } = stream.shardOf(`DEV-${i}`);
      expect(stream.shardOf(`DEV-${i}`).id).toBe(id);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3].map((i) => `shardId-00000000000${i}`));
    for (const count of counts.values()) expect(count).toBeGreaterThan(900);
  });

  it.each(['', 'x'.repeat(257)])('refuses a key that is none', (key) => {
    const stream = new Stream({ name: 's', region: 'r', accountId: '0', shards: 1, now: () => 0 });
    expect(() => stream.put(key, Buffer.from('x'))).toThrow('1 to 256 characters');
  });
});
