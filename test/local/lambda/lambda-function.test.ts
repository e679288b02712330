import { describe, expect, it } from 'vitest';
import { Fifo } from '../../../src/local/lambda/fifo.ts';
import {
  type Handler,
  LambdaFunction,
  type LambdaOptions,
  TooManyRequests,
} from '../../../src/local/lambda/lambda-function.ts';
import { captureOutput } from '../../../src/local/lambda/output.ts';
import { LAMBDA_DEFAULTS, type LambdaSettings } from '../../../src/local/lambda/settings.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function functionWith(handler: Handler, settings: Partial<LambdaSettings> = {}, more: Partial<LambdaOptions> = {}) {
  const clock = fakeClock();
  const lambda = new LambdaFunction({
    name: 'f',
    load: async () => handler,
    settings: { ...LAMBDA_DEFAULTS, ...settings },
    clock,
    ...more,
  });
  return { clock, lambda };
}

/** A handler that takes time, and notes in which order it got and finished its events. */
function recorder(ms: (event: number) => number) {
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const at = { clock: fakeClock() };
  const handler: Handler = async (event) => {
    most = Math.max(most, ++running);
    order.push(event as number);
    await at.clock.until(at.clock.now() + ms(event as number));
    running--;
  };
  return { handler, order, most: () => most, at };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a function', () => {
  it('keeps the order of events with one environment, and runs one at a time', async () => {
    const { handler, order, most, at } = recorder((event) => (event % 3) * 10);
    const { clock, lambda } = functionWith(handler);
    at.clock = clock;
    for (const i of numbers(30)) lambda.enqueue(i);
    expect(lambda.pending).toBe(30);
    await clock.advance(1000);
    await lambda.idle();
    expect(order).toEqual(numbers(30));
    expect(most()).toBe(1);
    expect(lambda.counters).toMatchObject({ invocations: 30, coldStarts: 1, maxConcurrency: 1, errors: 0 });
  });

  it('scales out, each environment a module of its own, and not beyond its limit', async () => {
    const { handler, most, at } = recorder(() => 10);
    const loaded: number[] = [];
    const load = async (environment: number) => {
      loaded.push(environment);
      return handler;
    };
    const { clock, lambda } = functionWith(handler, { environments: 4 }, { load });
    at.clock = clock;
    for (const i of numbers(20)) lambda.enqueue(i);
    await clock.advance(100);
    expect(loaded).toEqual([0, 1, 2, 3]);
    expect(most()).toBe(4);
    expect(lambda.counters).toMatchObject({ invocations: 20, coldStarts: 4, maxConcurrency: 4 });
    expect(lambda.pending).toBe(0);
  });

  it('lets events pass one that waits for a cold start', async () => {
    const { handler, order, at } = recorder(() => 1);
    const { clock, lambda } = functionWith(handler, { environments: 2, coldStartMs: 100 });
    at.clock = clock;
    lambda.enqueue(0);
    await clock.advance(200); // one is warm
    lambda.enqueue(1);
    lambda.enqueue(2); // needs a second environment
    await clock.advance(10);
    lambda.enqueue(3);
    await clock.advance(200);
    expect(order).toEqual([0, 1, 3, 2]);
  });

  it('reorders by the jitter of its queue, the same way for the same seed', async () => {
    const run = async (seed: number) => {
      const { handler, order } = recorder(() => 0);
      const { clock, lambda } = functionWith(handler, { jitterMs: 50, seed });
      for (const i of numbers(20)) {
        lambda.enqueue(i);
        await clock.advance(5);
      }
      await clock.advance(50);
      return order;
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(first).not.toEqual(numbers(20));
    expect([...first].sort((a, b) => a - b)).toEqual(numbers(20));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('takes its service time', async () => {
    const { handler, order } = recorder(() => 0);
    const { clock, lambda } = functionWith(handler, { serviceMs: 100 });
    for (const i of numbers(1000)) lambda.enqueue(i);
    await clock.advance(50_000);
    expect(order.length).toBeGreaterThan(400); // exponential, 100 ms on average
    expect(order.length).toBeLessThan(600);
  });

  it('tries a failed event twice more, and then drops it', async () => {
    const attempts: [number, unknown][] = [];
    const dropped: unknown[] = [];
    const { clock, lambda } = functionWith(
      async (event) => {
        attempts.push([clock.now(), event]);
        if (event === 'bad' || attempts.length < 3) throw new Error('no');
      },
      {},
      { onDropped: (event) => dropped.push(event) },
    );
    lambda.enqueue('bad');
    lambda.enqueue('late');
    await clock.advance(10_000);
    expect(attempts).toEqual([
      [0, 'bad'],
      [0, 'late'],
      [1000, 'bad'],
      [1000, 'late'],
      [3000, 'bad'],
    ]);
    expect(dropped).toEqual(['bad']);
    expect(lambda.counters).toMatchObject({ invocations: 5, errors: 4, retries: 3, dropped: 1 });
    await lambda.idle();
  });

  it('throttles what finds it busy, for longer each time, until it is too old', async () => {
    const started: [number, unknown][] = [];
    const dropped: [number, unknown][] = [];
    const { clock, lambda } = functionWith(
      async (event) => {
        started.push([clock.now(), event]);
        await clock.until(clock.now() + (event as number));
      },
      { backOffMs: 100, maxEventAgeMs: 10_000 },
      { onDropped: (event) => dropped.push([clock.now(), event]) },
    );
    lambda.enqueue(250); // busy until 250
    lambda.enqueue(20_000); // again at 100, 300
    await clock.advance(310);
    lambda.enqueue(1); // and at 410, 610, 1010, 1810, 3410, 6610, and then it would be more than ten seconds
    await clock.advance(30_000);
    expect(started).toEqual([
      [0, 250],
      [300, 20_000],
    ]);
    expect(dropped).toEqual([[6610, 1]]);
    expect(lambda.counters).toMatchObject({ throttles: 2 + 7, dropped: 1 });
  });

  it('fails what takes too long, and is free for the next', async () => {
    const errors: string[] = [];
    const { clock, lambda } = functionWith(
      (event) => (event === 'stuck' ? new Promise(() => {}) : Promise.resolve()),
      { timeoutMs: 3000, retryDelaysMs: [] },
      { onError: (error) => errors.push((error as Error).message) },
    );
    for (const event of ['good', 'stuck', 'good', 'stuck', 'good']) lambda.enqueue(event);
    await clock.advance(6001);
    expect(errors).toEqual(['Task timed out after 3.00 seconds', 'Task timed out after 3.00 seconds']);
    expect(lambda.counters).toMatchObject({ invocations: 5, errors: 2, dropped: 2 });
    expect(lambda.pending).toBe(0);
  });

  it('answers a synchronous invocation, or says that it is busy', async () => {
    const { clock, lambda } = functionWith(
      async (event, context) => {
        await clock.until(10);
        return [event, context.functionName, context.getRemainingTimeInMillis()];
      },
      { environments: 1, timeoutMs: 1000 },
    );
    const first = lambda.invoke('a');
    await expect(lambda.invoke('b')).rejects.toBeInstanceOf(TooManyRequests);
    await clock.advance(10);
    expect(await first).toEqual(['a', 'f', 990]);
    expect(lambda.counters.throttles).toBe(1);
  });

  it('drops what it has not begun with when there is no time left, and finishes what it has', async () => {
    const done: unknown[] = [];
    const dropped: unknown[] = [];
    const { clock, lambda } = functionWith(
      async (event) => {
        await clock.until(100);
        done.push(event);
      },
      {},
      { onDropped: (event) => dropped.push(event) },
    );
    for (const event of ['a', 'b', 'c']) lambda.enqueue(event);
    await clock.advance(50);
    lambda.abandon();
    await clock.advance(50);
    await lambda.idle();
    expect([done, dropped]).toEqual([['a'], ['b', 'c']]);
  });

  it('gives up what waits when the clock stops', async () => {
    const { clock, lambda } = functionWith(async () => {
      throw new Error('no');
    });
    lambda.enqueue('x');
    await clock.advance(10);
    clock.stop();
    await lambda.idle();
    expect(lambda.counters).toMatchObject({ errors: 1, dropped: 1 });
  });
});

describe('what handlers print', () => {
  it('goes to each its own, across awaits, and the rest to where it always went', async () => {
    const printed: string[] = [];
    const { log } = console;
    console.log = (...args) => printed.push(args.join(' '));
    const capture = captureOutput();
    try {
      const lines: Record<string, string[]> = { a: [], b: [] };
      const run = (name: 'a' | 'b') =>
        capture.into(
          (line) => lines[name]!.push(line),
          async () => {
            console.log('one', name);
            await Promise.resolve();
            console.error('%s two', name);
          },
        );
      await Promise.all([run('a'), run('b')]);
      console.log('outside');
      expect(lines).toEqual({ a: ['one a', 'a two'], b: ['one b', 'b two'] });
      expect(printed).toEqual(['outside']);
    } finally {
      capture.end();
      console.log = log;
    }
  });
});

describe('a queue', () => {
  it('gives back what it took, in order, however long it gets', () => {
    const fifo = new Fifo<number>();
    const out: (number | undefined)[] = [];
    for (const i of numbers(10_000)) {
      fifo.push(i);
      if (i % 3 === 0) out.push(fifo.shift());
    }
    while (fifo.length > 0) out.push(fifo.shift());
    expect(out).toEqual(numbers(10_000));
    expect([fifo.shift(), fifo.peek()]).toEqual([undefined, undefined]);
  });
});
