import { type Literal, literalOf, type TextBytes } from '../../text-bytes.ts';
import { SendFailure } from '../transport.ts';
import type { Payload } from './session.ts';

/** The largest "remaining length" that one to four bytes can say (MQTT 3.1.1, 2.2.3). */
const LENGTH_LIMITS = [0x7f, 0x3fff, 0x1fffff, 0xfffffff] as const;
/** What most updates take, and what is left free until it is known. */
const LENGTH_BYTES = 2;

const TYPE_PUBLISH = 0x30;
const QOS_1 = 0x02;
const DUP = 0x08;

/**
 * Writes PUBLISH packets. A device sends on one topic, so its bytes are made once and copied; what changes from packet
 * to packet are the length, the packet id and the payload.
 */
export class PublishPackets {
  #topic: string | undefined;
  /** Type and length, both yet to be filled in, and the topic. */
  #head: Literal = literalOf('\0\0\0\0\0');

  /** Must come before `write`. @throws SendFailure `bad-topic` where the topic is none (MQTT 3.1.1, 4.7). */
  setTopic(topic: string): void {
    if (topic === this.#topic) return;
    const bytes = Buffer.byteLength(topic);
    if (bytes === 0 || bytes > 0xffff || /[+#\0]/.test(topic)) {
      throw new SendFailure(
        'bad-topic',
        `${JSON.stringify(topic.slice(0, 100))} is no topic: 1 to 65535 bytes without "+", "#" and NUL`,
      );
    }
    const head = Buffer.alloc(1 + LENGTH_BYTES + 2 + bytes);
    head.writeUInt16BE(bytes, 1 + LENGTH_BYTES);
    head.write(topic, 1 + LENGTH_BYTES + 2, 'utf8');
    this.#head = literalOf(head);
    this.#topic = topic;
  }

  /** Writes a packet behind what is there. @throws SendFailure `too-large`, or what `payload` throws; then nothing is written */
  write(out: TextBytes, payload: Payload, qos: 0 | 1, packetId: number, dup = false): void {
    const start = out.length;
    const rest = start + 1 + LENGTH_BYTES;
    out.literal(this.#head);
    if (qos === 1) out.byte(packetId >>> 8).byte(packetId & 0xff);
    try {
      if (typeof payload === 'string') out.text(payload);
      else payload(out);
    } catch (error) {
      out.length = start;
      throw error;
    }
    let remaining = out.length - rest;
    if (remaining <= LENGTH_LIMITS[0] || remaining > LENGTH_LIMITS[1]) {
      const bytes = LENGTH_LIMITS.findIndex((limit) => remaining <= limit) + 1;
      if (bytes === 0) {
        out.length = start;
        throw new SendFailure('too-large', `${remaining} bytes are more than an MQTT packet can hold`);
      }
      out.shift(rest, bytes - LENGTH_BYTES);
    }
    const { bytes } = out;
    let at = start;
    bytes[at++] = TYPE_PUBLISH | (qos === 1 ? QOS_1 : 0) | (dup ? DUP : 0);
    do {
      const digit = remaining & 0x7f;
      remaining >>>= 7;
      bytes[at++] = remaining > 0 ? digit | 0x80 : digit;
    } while (remaining > 0);
  }
}
