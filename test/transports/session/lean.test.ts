import { afterEach, describe, expect, it } from 'vitest';
import { sessionsOf } from '../../../src/transports/session/index.ts';
import type { SessionOptions } from '../../../src/transports/session/session.ts';
import { scriptedBroker } from '../../support/brokers.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testAuthority } from '../../support/pki.ts';

const TIMEOUTS = { ackTimeoutMs: 5000, connectTimeoutMs: 5000 };
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(
  onPacket: Parameters<typeof scriptedBroker>[0],
  options: Partial<SessionOptions> = {},
  tls?: Parameters<typeof scriptedBroker>[1],
) {
  const broker = await scriptedBroker(onPacket, tls);
  cleanups.push(() => broker.close());
  const clock = fakeClock();
  const session = await (await sessionsOf('lean', clock, TIMEOUTS))(
    { host: 'localhost', port: broker.port, clientId: 'd', keepAliveSeconds: 60, clean: true, ...TIMEOUTS, ...options },
    new AbortController().signal,
  );
  cleanups.push(async () => {
    await session.cut();
    clock.stop();
  });
  return { broker, clock, session };
}

const count = (packets: readonly { cmd: string }[], wanted: string) =>
  packets.filter(({ cmd }) => cmd === wanted).length;

describe('the lean session', () => {
  it('pings at three quarters of the keep-alive, whether or not it sends', async () => {
    let answered: () => void = () => {};
    const { broker, clock, session } = await open((packet, peer) => {
      if (packet.cmd === 'publish' && packet.qos === 1) peer.reply({ cmd: 'puback', messageId: packet.messageId! });
      if (packet.cmd === 'pingreq') setImmediate(() => answered());
      return packet.cmd === 'publish';
    });
    for (let at = 0; at < 4; at++) {
      await clock.advance(10_000);
      await session.publish('t', 'x', 0);
    }
    expect(count(broker.packets, 'pingreq')).toBe(0);
    const pinged = new Promise<void>((resolve) => {
      answered = resolve;
    });
    await clock.advance(6000);
    await pinged;
    expect(count(broker.packets, 'pingreq')).toBe(1);
    // The answer counts: no further ping for as long again.
    await session.publish('t', 'x', 1);
    await clock.advance(40_000);
    expect(count(broker.packets, 'pingreq')).toBe(1);
  });

  it('gives up a connection on which a ping stays unanswered', async () => {
    const { broker, clock, session } = await open(({ cmd }) => cmd === 'pingreq' || cmd === 'publish');
    await clock.advance(46_000);
    await broker.saw('pingreq');
    const sending = expect(session.publish('t', 'x', 1)).rejects.toMatchObject({ code: 'connection-lost' });
    await clock.advance(4900);
    await clock.advance(1200);
    await sending;
    expect(await session.lost).toMatchObject({ message: expect.stringContaining('PINGREQ') });
  });

  it('never pings where the keep-alive is off', async () => {
    const { broker, clock, session } = await open(() => false, { keepAliveSeconds: 0 });
    await clock.advance(3_600_000);
    await session.end();
    expect(broker.packets.map(({ cmd }) => cmd)).toEqual(['connect', 'disconnect']);
  });

  it('is not confused by an answer that came too late, twice, or to nothing', async () => {
    const ids: number[] = [];
    let reply: (id: number) => void = () => {};
    const { broker, clock, session } = await open((packet, peer) => {
      if (packet.cmd !== 'publish') return false;
      ids.push(packet.messageId!);
      reply = (messageId) => peer.reply({ cmd: 'puback', messageId });
      return true;
    });
    const late = expect(session.publish('t', 'one', 1)).rejects.toMatchObject({ code: 'no-answer' });
    await broker.saw('publish');
    await clock.advance(6000);
    await late;
    const second = session.publish('t', 'two', 1);
    await expect.poll(() => ids.length).toBe(2);
    reply(ids[0]!);
    reply(777);
    reply(ids[1]!);
    await second;
    reply(ids[1]!);
    const third = session.publish('t', 'three', 1);
    await expect.poll(() => ids.length).toBe(3);
    reply(ids[2]!);
    await third;
    expect(new Set(ids).size).toBe(3);
  });

  it('has a packet id for each of 65,535 messages in flight, and says so when they are used up', async () => {
    const ids = new Set<number>();
    const { session } = await open((packet) => {
      if (packet.cmd === 'publish') ids.add(packet.messageId!);
      return packet.cmd === 'publish';
    });
    const all = Promise.allSettled(Array.from({ length: 65_535 }, () => session.publish('t', '', 1)));
    await expect(session.publish('t', '', 1)).rejects.toMatchObject({ code: 'too-many-in-flight' });
    await expect.poll(() => ids.size, { timeout: 20_000 }).toBe(65_535);
    await session.cut();
    expect((await all).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('acknowledges what an earlier session of its client id had subscribed to', async () => {
    const { broker } = await open(
      (packet, peer) => {
        if (packet.cmd !== 'connect') return false;
        peer.reply({ cmd: 'connack', returnCode: 0, sessionPresent: true });
        peer.reply({ cmd: 'publish', topic: 'x', payload: 'y', qos: 1, messageId: 7, dup: false, retain: false });
        return true;
      },
      { clean: false },
    );
    expect(await broker.saw('puback')).toMatchObject({ messageId: 7 });
    expect(broker.packets[0]).toMatchObject({ clean: false });
  });

  it('gives up a peer that does not speak MQTT, before and after it seemed to', async () => {
    const { session } = await open((packet, peer) => {
      if (packet.cmd === 'publish') peer.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
      return packet.cmd === 'publish';
    });
    await expect(session.publish('t', 'x', 1)).rejects.toMatchObject({ code: 'connection-lost' });
    expect(await session.lost).toMatchObject({ message: expect.stringContaining('not MQTT') });
    const web = open((_packet, peer) => {
      peer.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
      return true;
    });
    await expect(web).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('not MQTT') });
  });

  it('asks by SNI for the name it connects to, and by ALPN for what it is told', async () => {
    const authority = await testAuthority();
    const tls = { ca: authority.ca, ...(await authority.server()) };
    const { broker } = await open(
      () => false,
      { tls: { ca: authority.ca, ...(await authority.device('d')), alpn: ['x-amzn-mqtt-ca'] } },
      { ...tls, ALPNProtocols: ['x-amzn-mqtt-ca'] },
    );
    expect(broker.asked()).toEqual([{ servername: 'localhost', alpn: 'x-amzn-mqtt-ca' }]);
  });
});
