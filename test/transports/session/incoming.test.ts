import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { Incoming } from '../../../src/transports/session/incoming.ts';

function listening() {
  const heard: unknown[] = [];
  const incoming = new Incoming({
    puback: (id) => heard.push(['puback', id]),
    packet: ({ cmd }) => heard.push([cmd]),
  });
  return { heard, incoming };
}

const ids = fc.integer({ min: 1, max: 0xffff });
const packets = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: ids.map((messageId): Packet => ({ cmd: 'puback', messageId })) },
    fc.constant<Packet>({ cmd: 'connack', returnCode: 0, sessionPresent: false }),
    fc.constant<Packet>({ cmd: 'pingresp' }),
    fc.tuple(ids, fc.nat(300)).map(
      ([messageId, length]): Packet => ({
        cmd: 'publish',
        topic: 'some/topic',
        payload: Buffer.alloc(length, 0x40),
        qos: 1,
        messageId,
        dup: false,
        retain: false,
      }),
    ),
  ),
  { maxLength: 30 },
);

describe('Incoming', () => {
  it('reads the same packets however the bytes are chopped up', () => {
    fc.assert(
      fc.property(packets, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (sent, lengths) => {
        const { heard, incoming } = listening();
        const bytes = Buffer.concat(sent.map((packet) => mqttPacket.generate(packet)));
        // One buffer for all reads, as the socket has it: what is kept must be a copy.
        const shared = Buffer.alloc(40);
        for (let at = 0; at < bytes.length; ) {
          const length = bytes.copy(shared, 0, at, Math.min(bytes.length, at + lengths.next().value));
          incoming.read(shared.subarray(0, length));
          shared.fill(0xff);
          at += length;
        }
        expect(heard).toEqual(sent.map(({ cmd, messageId }) => (cmd === 'puback' ? [cmd, messageId] : [cmd])));
      }),
    );
  });

  it('either reads or refuses any bytes, in one way only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, cut) => {
        const outcome = (chunks: Uint8Array[]) => {
          const { heard, incoming } = listening();
          try {
            for (const chunk of chunks) incoming.read(chunk);
            return [heard, 'read'];
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
            return [heard, 'refused'];
          }
        };
        expect(outcome([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(outcome([bytes]));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a length of five bytes', [0x20, 0xff, 0xff, 0xff, 0xff, 0x01], 'more than four bytes'],
    ['a packet far too long', [0x30, 0xff, 0xff, 0xff, 0x7f], 'nothing was subscribed to'],
    ['an unknown type', [0x00, 0x00], 'not MQTT'],
    ['what only a client sends', [0xc0, 0x00], 'not MQTT'],
    ['a PUBACK that is too short', [0x40, 0x01, 0x00], 'not MQTT'],
    ['HTTP', [...Buffer.from('HTTP/1.1')], 'not MQTT'],
  ])('refuses %s', (_what, bytes, words) => {
    expect(() => listening().incoming.read(Buffer.from(bytes))).toThrow(words);
  });
});
