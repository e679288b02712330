import type { Clock } from '../../clock.ts';
import { Fifo } from './fifo.ts';

interface Running {
  readonly deadline: number;
  expire: (() => void) | undefined;
}

/** Ends what runs for too long. All have the same limit, so the first to start is the first to be due: one sleeper does. */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #running = new Fifo<Running>();
  #watching = false;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** What `run` settles with, or a rejection where that takes too long. */
  run<T>(run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const expire = () => reject(new Error(`Task timed out after ${(this.#limitMs / 1000).toFixed(2)} seconds`));
      const running: Running = { deadline: this.#clock.now() + this.#limitMs, expire };
      this.#running.push(running);
      if (!this.#watching) void this.#watch();
      const settled = () => {
        running.expire = undefined;
        while (this.#running.length > 0 && !this.#running.peek()!.expire) this.#running.shift();
      };
      run().then(
        (value) => {
          settled();
          resolve(value);
        },
        (error) => {
          settled();
          reject(error);
        },
      );
    });
  }

  async #watch(): Promise<void> {
    this.#watching = true;
    for (let first = this.#running.peek(); first; first = this.#running.peek()) {
      const going = await this.#clock.until(first.deadline);
      if (!going) break;
      while (this.#running.length > 0 && this.#running.peek()!.deadline <= this.#clock.now())
        this.#running.shift()!.expire?.();
    }
    this.#watching = false;
  }
}
