/** aedes with what AWS IoT's side of a device connection needs beside it. */
import type { Duplex } from 'node:stream';
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import type { Packet } from 'mqtt-packet';
import type { ByteMeter } from './broker-quota.ts';
import { MAX_FILTERS, MAX_PACKET_BYTES, MAX_UNREAD_BYTES } from './mqtt-limits.ts';
import { type OutboundMessage, type OutboundWindow, outboundWindow } from './outbound-window.ts';

/** What aedes has and does not say in its types. */
interface Inside {
  readonly subscriptions: Readonly<Record<string, { readonly qos: number } | undefined>>;
  readonly duplicates: Record<string, number>;
  readonly _parser: {
    parse(piece: Buffer): number;
    listeners(event: 'packet'): ((packet: Packet) => void)[];
    removeAllListeners(event: 'packet'): void;
    on(event: 'packet', listener: (packet: Packet) => void): void;
  };
  readonly connackSent: boolean;
  readonly _keepaliveTimer: NodeJS.Timeout | null;
  _nextBatch(): void;
  _drainTimer: unknown;
  waitForDrain(done: (error: null, client: Client) => void): void;
  deliverQoS(message: OutboundMessage, done: () => void): void;
}

const inside = (client: Client) => client as unknown as Inside;

export class DeviceBroker extends Aedes {
  /** Told of each message that a device publishes and may. */
  taken: (client: Client, packet: PublishPacket) => void = () => {};
  /** Whether a PUBLISH is looked at at all; AWS drops those beyond its quota without a word. */
  admits: (client: Client) => boolean = () => true;
  /** How fast what a client sends is read; absent: as it comes. */
  meter: () => ByteMeter | undefined = () => undefined;
  readonly #options: AedesOptions;
  #subscribers = false;
  #forwarded = false;

  constructor(options: AedesOptions) {
    super({
      ...options,
      authorizeForward: (client, packet) => {
        const allowed = options.authorizeForward?.(client, packet) ?? null;
        this.#forwarded = allowed !== null;
        return allowed;
      },
    });
    this.#options = options;
    const { handle } = this;
    this.handle = (stream, request) => {
      const meter = this.meter();
      const reading = meter && readAtPace(stream, meter);
      const client = handle.call(this, stream, request);
      reading?.(() => inside(client)._nextBatch());
      this.#guard(client);
      return client;
    };
  }

  /** Tells of each message, whatever way it takes. */
  override publish(packet: PublishPacket, ...rest: unknown[]): void {
    const [client, done] = rest as [Client | undefined, (error?: Error) => void];
    const fromDevice = typeof client === 'object' && client !== null;
    if (fromDevice) this.taken(client, packet);
    if (fromDevice && !this.#subscribers && !packet.retain) setImmediate(done);
    else (super.publish as (...all: unknown[]) => void)(packet, ...rest);
  }

  /**
   * While nobody has ever subscribed and nothing is retained, a message has nowhere to go but `taken`, and does without
   * aedes's tries, emitter and queues: a third of what it costs. False where it has to take aedes's way.
   */
  #takeAtOnce(client: Client, packet: PublishPacket): boolean {
    const { connackSent, _keepaliveTimer: keepAlive } = inside(client);
    const { topic, qos, retain, messageId } = packet as PublishPacket & { messageId?: number };
    if (this.#subscribers || retain || qos > 1 || !connackSent || client.closed) return false;
    if (topic === '' || topic.includes('+') || topic.includes('#')) return false;
    keepAlive?.refresh();
    this.#options.authorizePublish?.(client, packet, (error) => {
      if (error) {
        client.emit('error', error);
        return;
      }
      this.taken(client, packet);
      if (qos === 0 || client.conn.write(acknowledgement(messageId!))) return;
      inside(client).waitForDrain(() => {});
    });
    return true;
  }

  /** Hands a client what is for it alone, where it has subscribed to that very topic. */
  deliver(client: Client, topic: string, payload: string): void {
    if (client.closed || !(topic in inside(client).subscriptions)) return;
    const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, dup: false, retain: false } as const;
    client.publish(packet, () => {});
  }

  subscriptions(client: Client): number {
    return Object.keys(inside(client).subscriptions).length;
  }

  #guard(client: Client): void {
    const { _parser: parser } = inside(client);
    const parse = parser.parse.bind(parser);
    // A client may announce a packet of up to 256 MB, and aedes would keep all that comes until it is whole.
    parser.parse = (piece) => {
      const undecoded = parse(piece);
      if (undecoded > MAX_PACKET_BYTES) client.emit('error', new Error('a packet larger than any that is taken'));
      return undecoded;
    };
    const window = this.#limitOutbound(client);
    waitForNobody(client);
    const [enqueue] = parser.listeners('packet');
    parser.removeAllListeners('packet');
    parser.on('packet', (packet) => {
      if (packet.cmd === 'publish' && !this.admits(client)) return;
      if (packet.cmd === 'puback') window.acknowledged();
      if (packet.cmd === 'subscribe') this.#subscribers = true;
      if (packet.cmd === 'publish' && this.#takeAtOnce(client, packet as PublishPacket)) return;
      if (packet.cmd === 'subscribe' && packet.subscriptions.length > MAX_FILTERS)
        client.emit('error', new Error(`a SUBSCRIBE has at most ${MAX_FILTERS} topic filters`));
      else enqueue!.call(parser, packet);
    });
  }

  #limitOutbound(client: Client): OutboundWindow {
    const own = inside(client);
    const { deliverQoS, duplicates: seen } = own;
    const window = outboundWindow({
      seen,
      send: (message, done) => {
        this.#forwarded = false;
        deliverQoS(message, done);
        // aedes sends it with QoS 0 where the client has that for the topic by name.
        return this.#forwarded && (own.subscriptions[message.topic]?.qos ?? 1) > 0;
      },
    });
    own.deliverQoS = (message, done) => {
      if (message.qos === 0) deliverQoS(message, done);
      else window.deliver(message, done);
    };
    return window;
  }
}

/** A PUBACK. */
function acknowledgement(messageId: number): Buffer {
  return Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]);
}

/**
 * aedes lets everybody wait for a client whose socket is full. Here what such a client does not read is kept up to a
 * bound, beyond which it is cut off, as it is when it takes nothing at all for a while (`drainTimeout`).
 */
function waitForNobody(client: Client): void {
  const own = inside(client);
  const waitForDrain = own.waitForDrain.bind(client);
  own.waitForDrain = (done) => {
    if (client.conn.writableLength > MAX_UNREAD_BYTES) client.emit('error', new Error('it reads too slowly'));
    else if (!own._drainTimer) waitForDrain(() => {});
    setImmediate(done, null, client);
  };
}

/** Until the meter allows more, there seems to be nothing to read; `resume`, given later, is called when it does. */
function readAtPace(stream: Duplex, meter: ByteMeter): (resume: () => void) => void {
  const read = stream.read.bind(stream);
  let resume = () => {};
  let waiting: NodeJS.Timeout | undefined;
  stream.read = (size?: number) => {
    if (size === 0) return read(0);
    const waitMs = meter.waitMs();
    if (waitMs > 0) {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        resume();
      }, waitMs).unref();
      return null;
    }
    const piece = read(size);
    if (piece !== null) meter.take(piece.length);
    return piece;
  };
  stream.once('close', () => clearTimeout(waiting));
  return (then) => {
    resume = then;
  };
}
