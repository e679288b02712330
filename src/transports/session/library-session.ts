import { SendFailure } from '../transport.ts';
import type { Beat, BeatMember } from './beat.ts';
import { connectFailure, connectTimeout, interrupted, lost } from './failures.ts';
import { InFlight } from './in-flight.ts';
import { type Payload, type Session, type SessionOptions, textOf } from './session.ts';
import { onNextTurn } from './turn.ts';

/** The little that a session needs of an MQTT library's client. */
export interface LibraryClient {
  /** Resolves with the PUBACK, or at QoS 0 once it is sent; may well never settle. */
  publish(topic: string, payload: string, qos: 0 | 1, dup: boolean): Promise<unknown>;
  /** Says DISCONNECT and frees what the library holds; nothing is in flight. */
  end(): Promise<unknown>;
  /** The same, whatever is in flight. */
  cut(): Promise<unknown>;
}

/**
 * Adds what the libraries leave out: a time-out for each answer, and an end of all waiting when the connection is lost
 * (MQTT.js never settles a publish whose connection closed; the device SDK keeps it for its own reconnect).
 */
export class LibrarySession implements Session, BeatMember {
  readonly lost: Promise<SendFailure>;
  readonly #options: SessionOptions;
  readonly #beat: Beat;
  readonly #client: LibraryClient;
  readonly #inFlight = new InFlight();
  #sayLost: (failure: SendFailure) => void = () => {};
  #over: SendFailure | undefined;
  #disconnected: Promise<void> | undefined;
  #count = 0;

  constructor(options: SessionOptions, beat: Beat, client: LibraryClient) {
    this.#options = options;
    this.#beat = beat;
    this.#client = client;
    this.lost = new Promise((say) => {
      this.#sayLost = say;
    });
    beat.join(this);
  }

  publish(topic: string, payload: Payload, qos: 0 | 1, dup = false): Promise<void> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    if (topic === '' || /[+#\0]/.test(topic) || Buffer.byteLength(topic) > 0xffff)
      return Promise.reject(new SendFailure('bad-topic', `${JSON.stringify(topic.slice(0, 100))} is no topic`));
    let sending: Promise<unknown>;
    try {
      sending = this.#client.publish(topic, textOf(payload), qos, dup);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    const id = ++this.#count;
    const answer = this.#inFlight.add(id, this.#beat.count);
    sending.then(
      () => (qos === 0 ? onNextTurn(() => this.#inFlight.settle(id)) : this.#inFlight.settle(id)),
      (error) =>
        this.#inFlight.fail(id, this.#over ?? (error instanceof SendFailure ? error : lost(error, this.#options))),
    );
    return answer;
  }

  /** To be called when the library says that the connection is gone. */
  loseBy(error: unknown): void {
    if (this.#over !== undefined) return;
    this.#over = lost(error, this.#options);
    this.#inFlight.failAll(this.#over);
    this.#sayLost(this.#over);
    void this.#disconnect('cut');
  }

  async end(): Promise<void> {
    await this.#inFlight.empty();
    this.#over ??= interrupted();
    await this.#disconnect('end');
  }

  async cut(): Promise<void> {
    this.#over ??= interrupted();
    this.#inFlight.failAll(this.#over);
    await this.#disconnect('cut');
  }

  drop(): void {
    this.loseBy('dropped on purpose');
  }

  onBeat(count: number): void {
    const { ackTimeoutMs } = this.#options;
    this.#inFlight.expire(count - this.#beat.beats(ackTimeoutMs), ackTimeoutMs);
  }

  #disconnect(how: 'end' | 'cut'): Promise<void> {
    this.#beat.leave(this);
    this.#disconnected ??= this.#client[how]().then(
      () => {},
      () => {}, // It is gone either way.
    );
    return this.#disconnected;
  }
}

/** Waits for a library's connect, no longer than the time-out and the signal allow; `giveUp` is then called. */
export async function connecting<T>(
  options: SessionOptions,
  beat: Beat,
  signal: AbortSignal,
  attempt: Promise<T>,
  giveUp: () => void,
): Promise<T> {
  const began = beat.count;
  let stop: (failure: SendFailure) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = reject;
  });
  const member: BeatMember = {
    onBeat(count) {
      if (count - began >= beat.beats(options.connectTimeoutMs))
        stop(connectTimeout(options.connectTimeoutMs, options));
    },
  };
  const onAbort = () => stop(interrupted());
  signal.addEventListener('abort', onAbort, { once: true });
  beat.join(member);
  try {
    return await Promise.race([attempt, stopped]);
  } catch (error) {
    giveUp();
    throw connectFailure(error, options);
  } finally {
    beat.leave(member);
    signal.removeEventListener('abort', onAbort);
  }
}
