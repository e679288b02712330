import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { TextBytes } from '../../../src/text-bytes.ts';
import { PublishPackets } from '../../../src/transports/session/publish-packet.ts';
import type { Payload } from '../../../src/transports/session/session.ts';

const topics = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((topic) => !/[+#\0]/.test(topic));
const payloads = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  // Around the lengths where the header grows by a byte (MQTT 3.1.1, table 2.4).
  fc
    .constantFrom(100, 127, 128, 16_383, 16_384, 131_072)
    .chain((length) => fc.integer({ min: -40, max: 40 }).map((more) => 'x'.repeat(length + more))),
);

function bytesOf(packets: PublishPackets, topic: string, payload: Payload, qos: 0 | 1, id: number, dup = false) {
  packets.setTopic(topic);
  const out = new TextBytes(16).text('before');
  packets.write(out, payload, qos, id, dup);
  expect(out.bytes.toString('latin1', 0, 6)).toBe('before');
  return out.bytes.subarray(6, out.length);
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
          const letters = [...payload];
          const piecewise = (out: TextBytes) =>
            void out.text(letters.slice(0, 40).join('')).text(letters.slice(40).join(''));
          expect(bytesOf(packets, topic, piecewise, qos, messageId, dup).equals(oracle)).toBe(true);
        },
      ),
    );
  });

  it('refuses what no packet can hold, and leaves nothing of it', () => {
    const packets = new PublishPackets();
    packets.setTopic('t');
    const out = new TextBytes().text('before');
    // As if so much had been written: 256 MB of it would take a second.
    const long = (bytes: number) => (into: TextBytes) => {
      into.length += bytes;
    };
    expect(() => packets.write(out, long(0xfffffff - 4), 1, 1)).toThrow('more than an MQTT packet can hold');
    expect(out.toString()).toBe('before');
  });

  it('leaves nothing of a payload whose writer throws', () => {
    const packets = new PublishPackets();
    packets.setTopic('t');
    const out = new TextBytes().text('before');
    const breaksOff = (into: TextBytes) => {
      into.text('{"half":');
      throw new Error('no other half');
    };
    expect(() => packets.write(out, breaksOff, 1, 1)).toThrow('no other half');
    expect(out.toString()).toBe('before');
  });
});
