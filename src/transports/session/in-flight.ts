import { SendFailure } from '../transport.ts';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (failure: SendFailure) => void;
  readonly since: number;
}

/** The messages of one session that have been sent and not yet answered, oldest first. */
export class InFlight {
  readonly #waiting = new Map<number, Waiting>();
  #whenEmpty: (() => void)[] = [];

  get size(): number {
    return this.#waiting.size;
  }

  has(id: number): boolean {
    return this.#waiting.has(id);
  }

  /** Settles with `settle`, `fail` or a time-out. `since` is the count of beats. */
  add(id: number, since: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, since });
    });
  }

  /** An answer that nothing waits for (it came after its time-out) is no error. */
  settle(id: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.resolve();
    if (this.#waiting.size === 0) this.#empty();
  }

  fail(id: number, failure: SendFailure): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.reject(failure);
    if (this.#waiting.size === 0) this.#empty();
  }

  failAll(failure: SendFailure): void {
    for (const id of this.#waiting.keys()) this.fail(id, failure);
  }

  /** Fails as `no-answer` whatever has waited since before `beat`. */
  expire(beat: number, timeoutMs: number): void {
    for (const [id, { since }] of this.#waiting) {
      if (since > beat) return;
      this.fail(id, new SendFailure('no-answer', `no acknowledgement within ${timeoutMs} ms`));
    }
  }

  /** Resolves once nothing is in flight. */
  empty(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
    });
  }

  #empty(): void {
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }
}
