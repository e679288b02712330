import type { Clock } from '../clock.ts';
import type { PositionUpdate } from '../model.ts';
import { SendFailure } from './transport.ts';

/** BatchUpdateDevicePosition takes no more entries (Amazon Location API reference). */
export const BATCH_LIMIT = 10;

interface Entry {
  readonly update: PositionUpdate;
  readonly at: number;
  readonly resolve: () => void;
  readonly reject: (failure: SendFailure) => void;
}

export interface TrackerQueueOptions {
  readonly clock: Clock;
  /** How long the first update of a request may wait for others, ms. */
  readonly lingerMs: number;
  /** Resolves when the next request may leave; `false`: none will any more. */
  readonly turn: () => Promise<boolean>;
  /** Writes one request. The failure of each update that was not taken, by device; rejects where none was. */
  readonly write: (updates: readonly PositionUpdate[]) => Promise<ReadonlyMap<string, SendFailure>>;
}

/**
 * The updates waiting for one tracker. A request never holds two updates of a device, and a device has only one request
 * under way, because neither the order within a request nor that between two is promised.
 */
export class TrackerQueue {
  readonly #options: TrackerQueueOptions;
  readonly #underway = new Set<Promise<void>>();
  /** Devices with a request under way. */
  readonly #busy = new Set<string>();
  #waiting: Entry[] = [];
  #pumping = false;
  #closed = false;
  #wake: () => void = () => {};

  constructor(options: TrackerQueueOptions) {
    this.#options = options;
  }

  /** Settles with what became of this update alone. */
  add(update: PositionUpdate): Promise<void> {
    if (this.#closed) return Promise.reject(new SendFailure('interrupted'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ update, at: this.#options.clock.now(), resolve, reject });
      if (this.#waiting.length >= BATCH_LIMIT) this.#wake();
      if (!this.#pumping) void this.#pump();
    });
  }

  /** Fails what waits as `interrupted`; resolves once all requests under way have settled. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new SendFailure('interrupted'));
    this.#wake();
    await Promise.all(this.#underway);
  }

  async #pump(): Promise<void> {
    const { clock, lingerMs, turn } = this.#options;
    this.#pumping = true;
    while (this.#waiting.length > 0) {
      const ready = this.#ready();
      if (ready.length === 0) {
        await this.#woken(); // by an answer, which frees devices
      } else if (ready.length < BATCH_LIMIT && ready[0]!.at + lingerMs > clock.now()) {
        await Promise.race([clock.until(ready[0]!.at + lingerMs), this.#woken()]);
      } else if (await turn()) {
        // While this request waited for its turn, others may have joined.
        this.#send(this.#ready());
      } else {
        await this.close();
      }
    }
    this.#pumping = false;
  }

  /** The next request's entries, oldest first. */
  #ready(): Entry[] {
    const devices = new Set<string>();
    const ready: Entry[] = [];
    for (const entry of this.#waiting) {
      const { deviceId } = entry.update;
      if (this.#busy.has(deviceId) || devices.has(deviceId)) continue;
      devices.add(deviceId);
      if (ready.push(entry) === BATCH_LIMIT) break;
    }
    return ready;
  }

  #send(batch: readonly Entry[]): void {
    if (batch.length === 0) return;
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((entry) => !taken.has(entry));
    for (const { update } of batch) this.#busy.add(update.deviceId);
    const sending = this.#settle(batch).finally(() => {
      this.#underway.delete(sending);
      for (const { update } of batch) this.#busy.delete(update.deviceId);
      this.#wake();
    });
    this.#underway.add(sending);
  }

  async #settle(batch: readonly Entry[]): Promise<void> {
    try {
      const failures = await this.#options.write(batch.map(({ update }) => update));
      for (const { update, resolve, reject } of batch) {
        const failure = failures.get(update.deviceId);
        if (failure === undefined) resolve();
        else reject(failure);
      }
    } catch (error) {
      const failure = error instanceof SendFailure ? error : new SendFailure('error', String(error), error);
      for (const { reject } of batch) reject(failure);
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
