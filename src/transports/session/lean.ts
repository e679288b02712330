/**
 * The session this program exists for: MQTT 3.1.1 over `net` or `tls`, made for one thing, sending at little cost.
 * PUBLISH and PUBACK are handled here in place, everything else is `mqtt-packet`'s.
 *
 *     connecting ── CONNACK ──▶ open ── end(), cut() ──▶ closing ──▶ over
 *         │                      └── connection lost ────────────────▶ over
 *         └── refused, timed out, aborted ──────────────────────────▶ over
 */
import type { Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { SendFailure } from '../transport.ts';
import type { Beat, BeatMember } from './beat.ts';
import { connectPacket } from './connect-packet.ts';
import { closedEarly, connectFailure, connectTimeout, interrupted, lost, notMqtt, refused } from './failures.ts';
import { type Line, type SlowLine, silence, slowDown } from './harmed-socket.ts';
import { InFlight } from './in-flight.ts';
import { Incoming, type IncomingHandlers } from './incoming.ts';
import { PublishPackets } from './publish-packet.ts';
import type { OpenSession, Payload, Session, SessionOptions } from './session.ts';
import { openSocket, type SocketHandlers } from './socket.ts';
import { atTurnEnd, keepTurnBytes, type TurnMember, turnBytes } from './turn.ts';
import { ZeroSends } from './zero-sends.ts';

/** How long a broker may take to close after DISCONNECT. */
const CLOSE_TIMEOUT_MS = 1000;

const PINGREQ = Buffer.from([0xc0, 0]);
const DISCONNECT = Buffer.from([0xe0, 0]);

export function leanSessions(beat: Beat): OpenSession {
  return (options, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) reject(interrupted());
      else new LeanSession(options, beat, signal, resolve, reject);
    });
}

type State = 'connecting' | 'open' | 'closing' | 'over';

class LeanSession implements Session, BeatMember, IncomingHandlers, TurnMember {
  readonly lost: Promise<SendFailure>;
  readonly #options: SessionOptions;
  readonly #beat: Beat;
  readonly #signal: AbortSignal;
  readonly #socket: Socket;
  readonly #handlers: SocketHandlers;
  /** What it writes to: its socket, or what is before it while the connection is harmed. */
  #line: Line;
  readonly #inFlight = new InFlight();
  readonly #packets = new PublishPackets();
  readonly #incoming = new Incoming(this);
  readonly #closed: Promise<void>;
  #resolve: ((session: Session) => void) | undefined;
  #reject: ((failure: SendFailure) => void) | undefined;
  #sayLost: (failure: SendFailure) => void = () => {};
  #sayClosed: () => void = () => {};
  #state: State = 'connecting';
  #failure: SendFailure | undefined;

  /** Its packets of this turn, [#start, #end) of `turnBytes`. */
  #start = 0;
  #end = 0;
  /** There from the first message at QoS 0. */
  #zero: ZeroSends | undefined;

  #packetId = 0;
  #since: number;
  #wroteAt: number;
  #readAt: number;
  #pingAt: number | undefined;

  constructor(
    options: SessionOptions,
    beat: Beat,
    signal: AbortSignal,
    resolve: (session: Session) => void,
    reject: (failure: SendFailure) => void,
  ) {
    this.#options = options;
    this.#beat = beat;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#since = this.#wroteAt = this.#readAt = beat.count;
    this.lost = new Promise((say) => {
      this.#sayLost = say;
    });
    this.#closed = new Promise((say) => {
      this.#sayClosed = say;
    });
    this.#handlers = {
      ready: () => this.#sayHello(),
      data: (chunk, length) => this.#onData(chunk, length),
      closed: (error) => this.#onClose(error),
    };
    this.#line = this.#socket = openSocket(options, this.#handlers);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    beat.join(this);
  }

  get packetId(): number {
    return this.#packetId;
  }

  publish(topic: string, payload: Payload, qos: 0 | 1, dup = false, packetId?: number): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(this.#failure ?? interrupted());
    let id: number;
    try {
      this.#packets.setTopic(topic);
      id = this.#nextId(qos, packetId);
      const start = turnBytes.length;
      this.#packets.write(turnBytes, payload, qos, id, dup);
      const isFirst = this.#end === this.#start;
      // Another session has written in between.
      if (!isFirst && this.#end !== start) this.#write(true);
      if (this.#end === this.#start) this.#start = start;
      this.#end = turnBytes.length;
      if (isFirst) atTurnEnd(this);
    } catch (failure) {
      return Promise.reject(failure as Error);
    }
    if (qos === 0) this.#zero!.sent(id);
    return this.#inFlight.add(id, this.#beat.count);
  }

  /** One write for all packets of a turn. */
  flush(): void {
    this.#write(false);
  }

  /** @param early before the turn's end */
  #write(early: boolean): void {
    if (this.#end === this.#start || this.#state === 'over') return;
    const chunk = turnBytes.bytes.subarray(this.#start, this.#end);
    this.#start = this.#end = 0;
    this.#wroteAt = this.#beat.count;
    const zero = this.#zero;
    if (zero?.written()) this.#line.write(chunk, early ? zero.onTakenEarly : zero.onTaken);
    else this.#line.write(chunk);
    if (this.#line.writableLength !== 0) keepTurnBytes();
  }

  async end(): Promise<void> {
    await this.#inFlight.empty();
    await this.#disconnect();
  }

  async cut(): Promise<void> {
    const failure = interrupted();
    this.#reject?.(failure);
    this.#failure ??= failure;
    this.#inFlight.failAll(failure);
    await this.#disconnect();
  }

  drop(): void {
    if (this.#state === 'open') this.#over(lost('dropped on purpose', this.#options));
  }

  silence(): void {
    if (this.#state !== 'open' || this.#line !== this.#socket) return;
    this.#line = silence(this.#socket, this.#handlers);
    // The socket may still be at an earlier write, and the silence takes everything at once.
    this.#zero = this.#zero?.onAnotherLine();
  }

  slow(): Pick<SlowLine, 'look' | 'recover'> {
    if (this.#state !== 'open' || this.#line !== this.#socket) return { look() {}, recover() {} };
    const slow = slowDown(this.#socket, this.#handlers);
    this.#line = slow;
    const recover = () => {
      slow.recover();
      this.#line = this.#socket;
    };
    return { look: slow.look, recover };
  }

  onBeat(count: number): void {
    const { connectTimeoutMs, ackTimeoutMs, keepAliveSeconds } = this.#options;
    const passed = (since: number, ms: number) => count - since >= this.#beat.beats(ms);
    if (this.#state === 'connecting') {
      if (passed(this.#since, connectTimeoutMs)) this.#over(connectTimeout(connectTimeoutMs, this.#options));
      return;
    }
    if (this.#state === 'closing') {
      if (passed(this.#since, CLOSE_TIMEOUT_MS)) this.#line.destroy();
      return;
    }
    // A broker may leave a message unanswered; one that says nothing at all may be gone, and is asked.
    const isSilent =
      this.#inFlight.expire(count - this.#beat.beats(ackTimeoutMs), ackTimeoutMs) && passed(this.#readAt, ackTimeoutMs);
    // At three quarters of the interval; the broker cuts at one and a half (MQTT 3.1.1, 3.1.2.10).
    const isIdle = () => keepAliveSeconds > 0 && passed(Math.min(this.#wroteAt, this.#readAt), keepAliveSeconds * 750);
    if (this.#pingAt !== undefined) {
      // The answer has as long as any other.
      if (passed(this.#pingAt, ackTimeoutMs)) this.#over(lost('no answer to PINGREQ', this.#options));
    } else if (isSilent || isIdle()) {
      this.#pingAt = this.#wroteAt = count;
      this.#line.write(PINGREQ);
    }
  }

  #sayHello(): void {
    this.#line.write(connectPacket(this.#options));
  }

  #onData(chunk: Uint8Array, length: number): void {
    this.#readAt = this.#beat.count;
    try {
      this.#incoming.read(chunk, length);
    } catch (error) {
      this.#over(
        this.#state === 'connecting' ? connectFailure(notMqtt(error), this.#options) : lost(error, this.#options),
      );
    }
  }

  puback(packetId: number): void {
    this.#inFlight.settle(packetId);
  }

  packet(packet: Packet): void {
    if (packet.cmd === 'connack' && this.#state === 'connecting') {
      const code = packet.returnCode ?? 0;
      if (code === 0) this.#welcome();
      else this.#over(refused(code, this.#options));
    } else if (packet.cmd === 'pingresp') {
      this.#pingAt = undefined;
    } else if (packet.cmd === 'publish' && packet.qos === 1) {
      // Left over from a session of this client id that had subscriptions; unanswered it would come again and again.
      this.#line.write(mqttPacket.generate({ cmd: 'puback', messageId: packet.messageId! }));
    }
  }

  #welcome(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#state = 'open';
    this.#resolve?.(this);
    this.#resolve = this.#reject = undefined;
  }

  #onAbort = (): void => this.#over(interrupted());

  #onClose(error: Error | undefined): void {
    if (this.#state === 'connecting') {
      this.#over(error === undefined ? closedEarly(this.#options) : connectFailure(error, this.#options));
    } else if (this.#state === 'open') {
      this.#over(lost(error, this.#options));
    } else {
      this.#over(this.#failure ?? interrupted());
    }
    this.#sayClosed();
  }

  /** The end of everything, however it came. */
  #over(failure: SendFailure): void {
    if (this.#state === 'over') return;
    const before = this.#state;
    this.#state = 'over';
    this.#failure ??= failure;
    this.#beat.leave(this);
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#line.destroy();
    this.#inFlight.failAll(failure);
    if (before === 'connecting') this.#reject?.(failure);
    else if (before === 'open') this.#sayLost(failure);
    this.#resolve = this.#reject = undefined;
  }

  async #disconnect(): Promise<void> {
    if (this.#state === 'connecting') this.#over(interrupted());
    if (this.#state === 'open') {
      this.flush();
      this.#state = 'closing';
      this.#since = this.#beat.count;
      this.#line.end(DISCONNECT);
    }
    await this.#closed;
  }

  /** Packet ids go round from 1 to 65535, past those still out (MQTT 3.1.1, 2.3.1); QoS 0 has none. */
  #nextId(qos: 0 | 1, before: number | undefined): number {
    if (qos === 0) {
      this.#zero ??= new ZeroSends((id) => this.#inFlight.settle(id));
      return this.#zero.next;
    }
    if (this.#inFlight.size >= 0xffff) throw new SendFailure('too-many-in-flight', 'all 65535 packet ids are in use');
    if (before !== undefined && !this.#inFlight.has(before)) this.#packetId = before;
    else
      do this.#packetId = this.#packetId === 0xffff ? 1 : this.#packetId + 1;
      while (this.#inFlight.has(this.#packetId));
    return this.#packetId;
  }
}
