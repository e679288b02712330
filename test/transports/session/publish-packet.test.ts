import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PublishPackets } from '../../../src/transports/session/publish-packet.ts';

const topics = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((topic) => !/[+#\0]/.test(topic));
const payloads = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  // Around the lengths where the header grows by a byte (MQTT 3.1.1, table 2.4).
  fc
    .constantFrom(100, 127, 128, 16_383, 16_384, 131_072)
    .chain((length) => fc.integer({ min: -40, max: 40 }).map((more) => 'x'.repeat(length + more))),
);

function bytesOf(packets: PublishPackets, topic: string, payload: string, qos: 0 | 1, id: number, dup = false) {
  packets.setTopic(topic);
  const bytes = Buffer.byteLength(payload);
  const out = Buffer.alloc(packets.size(bytes, qos) + 3, 0xee);
  const end = packets.write(out, 1, payload, bytes, qos, id, dup);
  // Nothing before, nothing behind.
  expect([out[0], ...out.subarray(end)]).toEqual([0xee, 0xee, 0xee]);
  return out.subarray(1, end);
}

describe('PublishPackets', () => {
  it('writes what mqtt-packet writes', () => {
    const packets = new PublishPackets();
    fc.assert(
      fc.property(
        topics,
        payloads,
        fc.constantFrom(0 as const, 1 as const),
        fc.integer({ min: 1, max: 0xffff }),
        fc.boolean(),
        (topic, payload, qos, messageId, again) => {
          const dup = again && qos === 1;
          const oracle = mqttPacket.generate({ cmd: 'publish', topic, payload, qos, messageId, dup, retain: false });
          expect(bytesOf(packets, topic, payload, qos, messageId, dup).equals(oracle)).toBe(true);
        },
      ),
    );
  });

  it('refuses what no packet can hold', () => {
    const packets = new PublishPackets();
    packets.setTopic('t');
    expect(packets.size(0xfffffff - 5, 1)).toBe(0xfffffff + 5);
    expect(() => packets.size(0xfffffff - 4, 1)).toThrow('more than an MQTT packet can hold');
  });
});
