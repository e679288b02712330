/** The viewer without a browser, in a thread of its own: neither the engine nor the dashboard delays its polls. */
import { Worker } from 'node:worker_threads';
import type { Epoch } from '../clock.ts';
import { messageOf, RunError, UsageError, unpackError } from '../errors.ts';
import type { Target } from '../target.ts';
import type { News, Order, ReceiverSnapshot, ReceiverTask } from './protocol.ts';
import type { SweepRequest, SweepResult } from './sweep.ts';

export interface ReceiverOptions {
  readonly target: Target;
  /** received.ndjson; a new file. */
  readonly out: string;
  /** From the beginning of one round to that of the next, unless a round takes longer. */
  readonly intervalMs: number;
  /** Look at these alone; absent: at all that the trackers hold. */
  readonly devices?: readonly string[];
  readonly epoch: Epoch;
}

export interface Receiver {
  readonly snapshot: Readonly<ReceiverSnapshot>;
  /** Rejects, once, when it sees no more: with what `stop` throws as well. Never resolves. */
  readonly failed: Promise<never>;
  /**
   * Reads the history of every device; goes on polling meanwhile. Ended by `signal` or `stop`, it resolves with what
   * it has read by then.
   * @throws RunError where `out` cannot be written, or the thread has died
   */
  sweep(
    options: SweepRequest & {
      readonly onProgress: (done: number, total: number) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<SweepResult>;
  /**
   * Cuts off the polls in flight, closes the log, ends the thread. May be called again.
   * @throws RunError where the log could not be written, or the thread has died
   */
  stop(): Promise<void>;
}

interface PendingSweep {
  progress(done: number): void;
  resolve(result: SweepResult): void;
  reject(error: Error): void;
}

/** @throws UsageError where the target has no query API */
export async function startReceiver({ target, ...options }: ReceiverOptions): Promise<Receiver> {
  if (target.queryEndpoint === undefined) {
    throw new UsageError(`the target ${target.name} has no query API to look through`, {
      hint: 'State its address with --query-endpoint.',
    });
  }
  const worker = launch({ ...options, target, endpoint: target.queryEndpoint });
  const tell = (order: Order) => worker.postMessage(order);
  const sweeps = new Map<number, PendingSweep>();
  let snapshot: ReceiverSnapshot = { seen: 0, rounds: 0, lastRoundMs: 0, errors: 0 };
  let [sweepCount, failure]: [number, Error | undefined] = [0, undefined];
  let stopping: Promise<void> | undefined;
  let over = false;
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // whoever races it sees it; nobody has to

  const exited = new Promise<void>((resolve) => {
    worker.on('error', (error) => {
      failure ??= new RunError(`the receiver's thread died: ${messageOf(error)}`, { cause: error });
    });
    worker.on('exit', () => {
      over = true;
      if (!stopping) failure ??= new RunError("the receiver's thread ended by itself");
      if (failure) fail(failure);
      for (const { reject } of sweeps.values()) reject(failure ?? new RunError('the receiver has been stopped'));
      resolve();
    });
  });
  worker.on('message', (news: News) => {
    if ('snapshot' in news) snapshot = news.snapshot;
    if (news.news === 'failed') {
      failure ??= unpackError(news.error);
      fail(failure);
    }
    if (news.news === 'stopped') failure = news.error ? unpackError(news.error) : failure;
    if (news.news === 'sweeping') sweeps.get(news.sweep)?.progress(news.done);
    if (news.news === 'swept') {
      if ('error' in news) sweeps.get(news.sweep)?.reject(unpackError(news.error));
      else sweeps.get(news.sweep)?.resolve(news.result);
    }
  });
  await new Promise<void>((resolve) => {
    worker.once('online', resolve);
    void exited.then(resolve);
  });
  if (failure) throw failure;

  return {
    get snapshot() {
      return snapshot;
    },
    failed,
    async sweep({ onProgress, signal, ...request }) {
      if (over || stopping) throw failure ?? new RunError('the receiver has been stopped');
      const sweep = sweepCount++;
      const end = () => tell({ order: 'end-sweep', sweep });
      try {
        return await new Promise<SweepResult>((resolve, reject) => {
          const progress = (done: number) => onProgress(done, request.devices.length);
          sweeps.set(sweep, { progress, resolve, reject });
          tell({ order: 'sweep', sweep, request });
          signal?.addEventListener('abort', end, { once: true });
          if (signal?.aborted) end();
        });
      } finally {
        signal?.removeEventListener('abort', end);
        sweeps.delete(sweep);
      }
    },
    stop() {
      stopping ??= (async () => {
        if (!over) tell({ order: 'stop' });
        await exited;
        if (failure) throw failure;
      })();
      return stopping;
    },
  };
}

function launch(task: ReceiverTask): Worker {
  const source = import.meta.url.endsWith('.ts');
  const thread = new URL(source ? './thread.ts' : './thread.js', import.meta.url);
  return new Worker(source ? throughTsx(thread) : thread, { workerData: task, execArgv: [] });
}

/** In Node 20, `--import tsx` does nothing for the modules of a worker whose main thread runs without it (as vitest's). */
function throughTsx(thread: URL): URL {
  const tsx = import.meta.resolve('tsx/esm/api');
  const code = `import { register } from '${tsx}'; register(); await import('${thread}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}
