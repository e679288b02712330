import { SendFailure } from '../transport.ts';

/** The largest "remaining length" that one to four bytes can say (MQTT 3.1.1, 2.2.3). */
const LENGTH_LIMITS = [0x7f, 0x3fff, 0x1fffff, 0xfffffff] as const;

const TYPE_PUBLISH = 0x30;
const QOS_1 = 0x02;
const DUP = 0x08;

/**
 * Writes PUBLISH packets. A device sends on one topic, so its bytes are made once and copied; what changes from packet
 * to packet are the length, the packet id and the payload.
 */
export class PublishPackets {
  #topic: string | undefined;
  #head: Buffer = Buffer.alloc(0);

  /** Must come before `size` and `write`. @throws SendFailure `bad-topic` where the topic is none (MQTT 3.1.1, 4.7). */
  setTopic(topic: string): void {
    if (topic === this.#topic) return;
    const bytes = Buffer.byteLength(topic);
    if (bytes === 0 || bytes > 0xffff || /[+#\0]/.test(topic)) {
      throw new SendFailure(
        'bad-topic',
        `${JSON.stringify(topic.slice(0, 100))} is no topic: 1 to 65535 bytes without "+", "#" and NUL`,
      );
    }
    this.#head = Buffer.allocUnsafe(2 + bytes);
    this.#head.writeUInt16BE(bytes, 0);
    this.#head.write(topic, 2, 'utf8');
    this.#topic = topic;
  }

  /** Bytes of the packet for a payload of `payloadBytes`. */
  size(payloadBytes: number, qos: 0 | 1): number {
    const remaining = this.#head.length + (qos === 1 ? 2 : 0) + payloadBytes;
    return 1 + lengthBytes(remaining) + remaining;
  }

  /** Writes the packet at `at` of `out`, which has the room. @returns the offset behind it. */
  write(
    out: Buffer,
    at: number,
    payload: string,
    payloadBytes: number,
    qos: 0 | 1,
    packetId: number,
    dup = false,
  ): number {
    const head = this.#head;
    let remaining = head.length + (qos === 1 ? 2 : 0) + payloadBytes;
    out[at++] = TYPE_PUBLISH | (qos === 1 ? QOS_1 : 0) | (dup ? DUP : 0);
    do {
      const digit = remaining & 0x7f;
      remaining >>>= 7;
      out[at++] = remaining > 0 ? digit | 0x80 : digit;
    } while (remaining > 0);
    out.set(head, at);
    at += head.length;
    if (qos === 1) {
      out[at++] = packetId >>> 8;
      out[at++] = packetId & 0xff;
    }
    return at + out.write(payload, at, payloadBytes, 'utf8');
  }
}

function lengthBytes(remaining: number): number {
  const bytes = LENGTH_LIMITS.findIndex((limit) => remaining <= limit) + 1;
  if (bytes === 0) throw new SendFailure('too-large', `${remaining} bytes are more than an MQTT packet can hold`);
  return bytes;
}
