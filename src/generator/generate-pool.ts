import { on } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { messageOf, RunError, unpackError } from '../errors.ts';
import { type ThreadFile, threadFile } from '../thread-file.ts';
import type { BlockOptions } from './block.ts';
import { BLOCKS } from './fleet-options.ts';
import type { ThreadOrder, ThreadResult, ThreadTask } from './thread-protocol.ts';
import { type BlockWindow, nextWindow, openBlocks, windowEnds } from './windows.ts';

export interface PoolOptions {
  /** 1: this thread, and no other. */
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
  /** Tests have threads that die. */
  readonly thread?: ThreadFile;
}

/** Windows a thread may be ahead of who takes them: it need not wait, and a slow disk fills no memory. */
const AHEAD = 2;

/** What a thread leaves behind is short-lived: so much more room for it would be memory alone, and save no time. */
const YOUNG_MB = 8;

/**
 * What a fleet has to say, window by window: each holds all blocks, in order. The lines do not depend on the threads.
 * @throws RunError where a thread dies; the signal's reason; what `openFleet` throws.
 */
export function generateWindows(options: BlockOptions, pool: PoolOptions): AsyncGenerator<BlockWindow[]> {
  return pool.workers === 1 ? inThisThread(options, pool.signal) : inThreads(options, pool);
}

const NUMBERS = Array.from({ length: BLOCKS }, (_, block) => block);

async function* inThisThread(options: BlockOptions, signal?: AbortSignal): AsyncGenerator<BlockWindow[]> {
  const blocks = await openBlocks(options, NUMBERS);
  for (const until of windowEnds(options)) {
    yield nextWindow(blocks, until, options);
    // Signals and the progress line get their turn.
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
}

async function* inThreads(
  options: BlockOptions,
  { workers, signal, thread = threadFile('./generate-thread', import.meta.url) }: PoolOptions,
): AsyncGenerator<BlockWindow[]> {
  // Every so manieth block: neighbours may be alike, and so may their cost.
  const shares = Array.from({ length: Math.min(workers, BLOCKS) }, (_, i) =>
    NUMBERS.filter((block) => block % workers === i),
  );
  const pool = new Piscina<ThreadTask, ThreadResult>({
    ...thread,
    minThreads: shares.length,
    maxThreads: shares.length,
    // The default, 'sync', would freeze the event loop of a thread between tasks.
    atomics: 'disabled',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const dead = new AbortController();
  const over = signal === undefined ? dead.signal : AbortSignal.any([signal, dead.signal]);
  let failure: Error | undefined;
  const threads = shares.map((blocks, i) => {
    const { port1, port2 } = new MessageChannel();
    const task: ThreadTask = { port: port2, options, blocks };
    const ended = pool.run(task, { transferList: [port2] }).then(
      (result) => {
        if (!result.ok) throw unpackError(result.error);
      },
      (error) => {
        throw new RunError(`thread ${i + 1} of the generator died: ${messageOf(error)}`, {
          cause: error,
          hint: 'Where memory was short, generate fewer agents, or in fewer threads (--workers).',
        });
      },
    );
    ended.catch((error) => {
      failure ??= error;
      dead.abort();
    });
    const tell = (order: ThreadOrder) => port1.postMessage(order);
    for (let n = 0; n < AHEAD; n++) tell('next');
    return { port: port1, tell, ended, windows: on(port1, 'message', { signal: over }) };
  });
  try {
    for (const _ of windowEnds(options)) {
      const shares = await Promise.all(threads.map(async ({ windows }) => (await windows.next()).value[0]));
      for (const { tell } of threads) tell('next');
      yield (shares.flat() as BlockWindow[]).sort((a, b) => a.block - b.block);
    }
    for (const { tell } of threads) tell('end');
    await Promise.all(threads.map(({ ended }) => ended));
  } catch (error) {
    signal?.throwIfAborted();
    throw failure ?? error;
  } finally {
    for (const { port } of threads) port.close();
    await pool.destroy();
  }
}
