/** A function as Lambda runs it: a queue for asynchronous events, and environments that take one event at a time. */
import { randomUUID } from 'node:crypto';
import type { StoppableClock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import { randomOf } from '../../random.ts';
import { Fifo } from './fifo.ts';
import type { LambdaSettings } from './settings.ts';
import { TimeLimit } from './time-limit.ts';

export interface LambdaContext {
  readonly functionName: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

export interface LambdaOptions {
  readonly name: string;
  /** Loads the handler's module anew: what it keeps outside of its handler belongs to one environment. */
  readonly load: (environment: number) => Promise<Handler>;
  readonly settings: LambdaSettings;
  readonly clock: StoppableClock;
  /** Runs an invocation so that what it prints is known to be its own. */
  readonly inside?: <T>(run: () => Promise<T>) => Promise<T>;
  /** Told of each attempt's end, with how long it took and how many ran at once when it began, itself included. */
  readonly onInvocation?: (invocation: { durationMs: number; failed: boolean; concurrency: number }) => void;
  readonly onThrottle?: () => void;
  /** Told of each failed attempt. */
  readonly onError?: (error: unknown) => void;
  /** Events that failed for good (a dead-letter queue). */
  readonly onDropped?: (event: unknown, error: unknown) => void;
}

export interface LambdaCounters {
  invocations: number;
  errors: number;
  retries: number;
  /** Asynchronous events that no attempt succeeded with. */
  dropped: number;
  /** Invocations refused because all environments were busy, those that came back later included. */
  throttles: number;
  coldStarts: number;
  maxConcurrency: number;
}

/** All environments are busy, and nobody waits for a synchronous invocation. */
export class TooManyRequests extends Error {}

interface Environment {
  readonly number: number;
  handler?: Handler;
}

interface QueuedEvent {
  readonly event: unknown;
  readonly expiresAt: number;
  attempt: number;
  throttled: number;
}

const STOPPED = new Error('the stand-in stopped');

/** "from 1 second after the first attempt to a maximum of 5 minutes". */
const MAX_BACK_OFF_MS = 300_000;

export class LambdaFunction {
  readonly counters: LambdaCounters = {
    invocations: 0,
    errors: 0,
    retries: 0,
    dropped: 0,
    throttles: 0,
    coldStarts: 0,
    maxConcurrency: 0,
  };
  readonly #options: LambdaOptions;
  readonly #jitter: () => number;
  readonly #service: () => number;
  readonly #queue = new Fifo<QueuedEvent>();
  readonly #limit: TimeLimit;
  /** Warm and free; the last to become free is the first to be used again. */
  readonly #idle: Environment[] = [];
  #environments = 0;
  #busy = 0;
  /** Events between their arrival and their last attempt. */
  #unfinished = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: LambdaOptions) {
    this.#options = options;
    this.#jitter = randomOf(options.settings.seed, `${options.name} queue`);
    this.#service = randomOf(options.settings.seed, `${options.name} service`);
    this.#limit = new TimeLimit(options.clock, options.settings.timeoutMs);
  }

  /** Takes an event and is done with it; what becomes of it shows in the counters. */
  enqueue(event: unknown): void {
    this.#unfinished++;
    const { jitterMs, maxEventAgeMs } = this.#options.settings;
    const queued = { event, expiresAt: this.#options.clock.now() + maxEventAgeMs, attempt: 0, throttled: 0 };
    if (jitterMs > 0) this.#later(queued, jitterMs * this.#jitter());
    else this.#ready(queued);
  }

  /** Runs one event now. @throws TooManyRequests where no environment is free, or what the handler throws. */
  async invoke(event: unknown): Promise<unknown> {
    const environment = this.#takeEnvironment();
    if (!environment) {
      this.#throttled();
      throw new TooManyRequests(`${this.#options.name}: all environments are busy`);
    }
    try {
      return await this.#run(environment, event);
    } finally {
      this.#free(environment);
    }
  }

  /** Asynchronous events not yet dealt with, those waiting for another attempt included. */
  get pending(): number {
    return this.#unfinished;
  }

  /** Resolves once nothing is pending. */
  idle(): Promise<void> {
    if (this.#unfinished === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Drops what still waits for its first attempt: there is no time left. */
  abandon(): void {
    for (let queued = this.#queue.shift(); queued; queued = this.#queue.shift()) this.#drop(queued, STOPPED);
  }

  #later(queued: QueuedEvent, ms: number): void {
    const { clock } = this.#options;
    void clock.until(clock.now() + ms).then((going) => {
      if (going) this.#ready(queued);
      else this.#drop(queued, STOPPED);
    });
  }

  #ready(queued: QueuedEvent): void {
    if (this.#options.settings.backOffMs > 0) this.#startOrBackOff(queued);
    else {
      this.#queue.push(queued);
      this.#dispatch();
    }
  }

  #startOrBackOff(queued: QueuedEvent): void {
    const environment = this.#takeEnvironment();
    if (environment) {
      void this.#attempt(environment, queued);
      return;
    }
    this.#throttled();
    const delay = Math.min(MAX_BACK_OFF_MS, this.#options.settings.backOffMs * 2 ** queued.throttled++);
    if (this.#options.clock.now() + delay > queued.expiresAt)
      this.#drop(queued, new Error('throttled until it was too old'));
    else this.#later(queued, delay);
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const environment = this.#takeEnvironment();
      if (!environment) return;
      void this.#attempt(environment, this.#queue.shift()!);
    }
  }

  async #attempt(environment: Environment, queued: QueuedEvent): Promise<void> {
    try {
      await this.#run(environment, queued.event);
      this.#finish();
    } catch (error) {
      const delay = this.#options.settings.retryDelaysMs[queued.attempt++];
      if (delay === undefined) this.#drop(queued, error);
      else {
        this.counters.retries++;
        this.#later(queued, delay);
      }
    }
    this.#free(environment);
  }

  #throttled(): void {
    this.counters.throttles++;
    this.#options.onThrottle?.();
  }

  #drop({ event }: QueuedEvent, error: unknown): void {
    this.counters.dropped++;
    this.#options.onDropped?.(event, error);
    this.#finish();
  }

  #finish(): void {
    this.#unfinished--;
    if (this.#unfinished > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #takeEnvironment(): Environment | undefined {
    let environment = this.#idle.pop();
    if (!environment) {
      if (this.#environments >= this.#options.settings.environments) return undefined;
      environment = { number: this.#environments++ };
    }
    this.#busy++;
    this.counters.maxConcurrency = Math.max(this.counters.maxConcurrency, this.#busy);
    return environment;
  }

  #free(environment: Environment): void {
    this.#busy--;
    this.#idle.push(environment);
    this.#dispatch();
  }

  async #run(environment: Environment, event: unknown): Promise<unknown> {
    const { settings, clock, inside, onError, onInvocation } = this.#options;
    this.counters.invocations++;
    const concurrency = this.#busy;
    const startedAt = clock.now();
    let failed = false;
    try {
      const handler = environment.handler ?? (await this.#start(environment));
      if (settings.serviceMs > 0) await clock.until(clock.now() - settings.serviceMs * Math.log(1 - this.#service()));
      const run = () => this.#limit.run(() => handler(event, this.#contextOf()));
      return await (inside ? inside(run) : run());
    } catch (error) {
      failed = true;
      this.counters.errors++;
      onError?.(error);
      throw error;
    } finally {
      onInvocation?.({ durationMs: clock.now() - startedAt, failed, concurrency });
    }
  }

  /** A new environment; the event that it was made for waits for it, while others pass by. */
  async #start(environment: Environment): Promise<Handler> {
    const { load, settings, clock } = this.#options;
    this.counters.coldStarts++;
    if (settings.coldStartMs > 0) await clock.until(clock.now() + settings.coldStartMs);
    const handler = await load(environment.number);
    environment.handler = handler;
    return handler;
  }

  #contextOf(): LambdaContext {
    const { name, clock, settings } = this.#options;
    const deadline = clock.now() + settings.timeoutMs;
    return {
      functionName: name,
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis: () => deadline - clock.now(),
    };
  }
}

/** What a failure is called in a log. */
export function failureText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${messageOf(error)}` : messageOf(error);
}
