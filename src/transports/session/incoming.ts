import mqttPacket, { type Packet } from 'mqtt-packet';

/** A sender subscribes to nothing: anything longer than this is not for us, or not MQTT. */
const LONGEST = 1 << 20;

const PUBACK = 0x40;
const PUBLISH = 0x30;
/** The other first bytes that a broker may send: type and flags (MQTT 3.1.1, 2.2). */
const FIRST_BYTES = new Set([0x20, PUBACK, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0]);

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

  /** The first `length` bytes of `chunk`, which is only borrowed. @throws Error where they are not MQTT. */
  read(chunk: Uint8Array, length = chunk.length): void {
    let [data, end] = [chunk, length];
    if (this.#rest !== undefined) {
      data = Buffer.concat([this.#rest, chunk.subarray(0, length)]);
      end = data.length;
      this.#rest = undefined;
    }
    let at = 0;
    while (at < end) {
      if (data[at] === PUBACK && end - at >= 4 && data[at + 1] === 2) {
        this.#handlers.puback((data[at + 2]! << 8) | data[at + 3]!);
        at += 4;
        continue;
      }
      const size = packetLength(data, at, end);
      if (size === undefined || size > end - at) break;
      this.#handlers.packet(parse(data.subarray(at, at + size)));
      at += size;
    }
    if (at < end) this.#rest = Buffer.from(data.subarray(at, end));
  }
}

/** Bytes of the packet at `at`, header included; undefined: not known yet. */
function packetLength(data: Uint8Array, at: number, end: number): number | undefined {
  const first = data[at]!;
  if ((first & 0xf0) !== PUBLISH && !FIRST_BYTES.has(first))
    throw new Error(`what came is not MQTT from a broker: a packet that begins with 0x${first.toString(16)}`);
  let remaining = 0;
  for (let i = 1; i <= 4; i++) {
    if (at + i >= end) return undefined;
    const digit = data[at + i]!;
    remaining |= (digit & 0x7f) << (7 * (i - 1));
    if (digit < 0x80) {
      if (remaining > LONGEST) throw new Error(`a packet of ${remaining} bytes came, where nothing was subscribed to`);
      return 1 + i + remaining;
    }
  }
  throw new Error('what came is not MQTT: a length of more than four bytes');
}

function parse(bytes: Uint8Array): Packet {
  if (bytes[0] === PUBACK) throw new Error(`what came is not MQTT 3.1.1: a PUBACK of ${bytes.length} bytes`);
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
