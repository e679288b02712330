import mqttPacket, { type Packet } from 'mqtt-packet';

/** A sender subscribes to nothing: anything longer than this is not for us, or not MQTT. */
const LONGEST = 1 << 20;

const PUBACK = 0x40;

export interface IncomingHandlers {
  puback(packetId: number): void;
  /** Everything else, parsed. */
  packet(packet: Packet): void;
}

/**
 * Splits what a broker sends into packets, however it is chopped up. PUBACKs, nearly all there is, are read in place;
 * the rest goes to `mqtt-packet`.
 */
export class Incoming {
  readonly #handlers: IncomingHandlers;
  #rest: Buffer | undefined;

  constructor(handlers: IncomingHandlers) {
    this.#handlers = handlers;
  }

  /** `chunk` is only borrowed. @throws Error where it is not MQTT. */
  read(chunk: Uint8Array): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    const end = data.length;
    let at = 0;
    while (at < end) {
      if (data[at] === PUBACK && end - at >= 4 && data[at + 1] === 2) {
        this.#handlers.puback((data[at + 2]! << 8) | data[at + 3]!);
        at += 4;
        continue;
      }
      const length = packetLength(data, at);
      if (length === undefined || length > end - at) break;
      this.#handlers.packet(parse(data.subarray(at, at + length)));
      at += length;
    }
    if (at < end) this.#rest = Buffer.from(data.subarray(at));
  }
}

/** Bytes of the packet at `at`, header included; undefined: not known yet. */
function packetLength(data: Uint8Array, at: number): number | undefined {
  let remaining = 0;
  for (let i = 1; i <= 4; i++) {
    const digit = data[at + i];
    if (digit === undefined) return undefined;
    remaining |= (digit & 0x7f) << (7 * (i - 1));
    if (digit < 0x80) {
      if (remaining > LONGEST) throw new Error(`a packet of ${remaining} bytes came, where nothing was subscribed to`);
      return 1 + i + remaining;
    }
  }
  throw new Error('what came is not MQTT: a length of more than four bytes');
}

function parse(bytes: Uint8Array): Packet {
  let packet: Packet | undefined;
  let failed: Error | undefined;
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (parsed) => {
    packet = parsed as Packet;
  });
  parser.on('error', (error) => {
    failed = error as Error;
  });
  parser.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (failed) throw new Error(`what came is not MQTT: ${failed.message}`);
  if (!packet) throw new Error(`what came is not MQTT: a packet of type ${bytes[0]! >> 4}`);
  return packet;
}
