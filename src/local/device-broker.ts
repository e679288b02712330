/** aedes with what AWS IoT's side of a device connection needs beside it. */
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import type { Packet } from 'mqtt-packet';
import { MAX_FILTERS, MAX_PACKET_BYTES } from './mqtt-limits.ts';

/** What aedes has and does not say in its types. */
interface Inside {
  readonly subscriptions: object;
  readonly _parser: {
    parse(piece: Buffer): number;
    listeners(event: 'packet'): ((packet: Packet) => void)[];
    removeAllListeners(event: 'packet'): void;
    on(event: 'packet', listener: (packet: Packet) => void): void;
  };
}

const inside = (client: Client) => client as unknown as Inside;

export class DeviceBroker extends Aedes {
  /** Told of each message that a device publishes and may. */
  taken: (client: Client, packet: PublishPacket) => void = () => {};
  /** Whether a PUBLISH is looked at at all; AWS drops those beyond its quota without a word. */
  admits: (client: Client) => boolean = () => true;
  #subscribers = false;

  constructor(options: AedesOptions) {
    super(options);
    this.on('subscribe', () => {
      this.#subscribers = true;
    });
    const { handle } = this;
    this.handle = (stream, request) => {
      const client = handle.call(this, stream, request);
      this.#guard(client);
      return client;
    };
  }

  /**
   * While nobody has ever subscribed and nothing is retained, a message has nowhere to go but `taken`, and does without
   * aedes's tries, emitter and queues.
   */
  override publish(packet: PublishPacket, ...rest: unknown[]): void {
    const [client, done] = rest as [Client | undefined, (error?: Error) => void];
    const fromDevice = typeof client === 'object' && client !== null;
    if (fromDevice) this.taken(client, packet);
    if (fromDevice && !this.#subscribers && !packet.retain) setImmediate(done);
    else (super.publish as (...all: unknown[]) => void)(packet, ...rest);
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
    const [enqueue] = parser.listeners('packet');
    parser.removeAllListeners('packet');
    parser.on('packet', (packet) => {
      if (packet.cmd === 'publish' && !this.admits(client)) return;
      if (packet.cmd === 'subscribe' && packet.subscriptions.length > MAX_FILTERS)
        client.emit('error', new Error(`a SUBSCRIBE has at most ${MAX_FILTERS} topic filters`));
      else enqueue!.call(parser, packet);
    });
  }
}
