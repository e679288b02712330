import { SendFailure } from '../transport.ts';

interface Waiting {
  readonly id: number;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (failure: SendFailure) => void;
}

/**
 * The messages of one session that have been sent and not yet answered, oldest first. Nearly always there is one, so
 * the oldest has a place of its own, and the others, in a Map, are rare.
 */
export class InFlight {
  #oldest: Waiting | undefined;
  #others: Map<number, Waiting> | undefined;
  #whenEmpty: (() => void)[] | undefined;

  get size(): number {
    return this.#oldest === undefined ? 0 : 1 + (this.#others?.size ?? 0);
  }

  has(id: number): boolean {
    return this.#oldest?.id === id || this.#others?.has(id) === true;
  }

  /** Settles with `settle`, `fail` or a time-out. `since` is the count of beats. */
  add(id: number, since: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { id, since, resolve, reject };
      if (this.#oldest === undefined) {
        this.#oldest = waiting;
      } else {
        this.#others ??= new Map();
        this.#others.set(id, waiting);
      }
    });
  }

  /** An answer that nothing waits for (it came after its time-out) is no error. */
  settle(id: number): void {
    this.#take(id)?.resolve();
  }

  fail(id: number, failure: SendFailure): void {
    this.#take(id)?.reject(failure);
  }

  failAll(failure: SendFailure): void {
    while (this.#oldest !== undefined) this.fail(this.#oldest.id, failure);
  }

  /** Fails as `no-answer` whatever has waited since `beat` or longer. @returns whether there was any */
  expire(beat: number, timeoutMs: number): boolean {
    let any = false;
    for (; this.#oldest !== undefined && this.#oldest.since <= beat; any = true)
      this.fail(this.#oldest.id, new SendFailure('no-answer', `no acknowledgement within ${timeoutMs} ms`));
    return any;
  }

  /** Resolves once nothing is in flight. */
  empty(): Promise<void> {
    if (this.#oldest === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty ??= [];
      this.#whenEmpty.push(resolve);
    });
  }

  #take(id: number): Waiting | undefined {
    const oldest = this.#oldest;
    if (oldest === undefined) return undefined;
    const others = this.#others;
    if (oldest.id !== id) {
      const found = others?.get(id);
      if (found !== undefined) others?.delete(id);
      return found;
    }
    // A Map keeps the order of insertion: its first is the next oldest.
    const next = others !== undefined && others.size > 0 ? others.values().next().value : undefined;
    this.#oldest = next;
    if (next !== undefined) others?.delete(next.id);
    else if (this.#whenEmpty !== undefined) this.#sayEmpty();
    return oldest;
  }

  #sayEmpty(): void {
    for (const resolve of this.#whenEmpty ?? []) resolve();
    this.#whenEmpty = undefined;
  }
}
