import { afterEach, describe, expect, it } from 'vitest';
import type { TextBytes } from '../../../src/text-bytes.ts';
import { sessionsOf } from '../../../src/transports/session/index.ts';
import type { Session, SessionOptions, TlsOptions } from '../../../src/transports/session/session.ts';
import type { ClientName } from '../../../src/transports/settings.ts';
import {
  type BrokerTls,
  deadPort,
  hasMosquitto,
  type StartBroker,
  scriptedBroker,
  startAedes,
  startMosquitto,
} from '../../support/brokers.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { testAuthority } from '../../support/pki.ts';

const CLIENTS: ClientName[] = ['lean', 'mqttjs', 'device-sdk'];
const ACK_TIMEOUT_MS = 5000;
const CONNECT_TIMEOUT_MS = 8000;
const never = new AbortController().signal;

const authority = await testAuthority();
const server = await authority.server();
const brokerTls: BrokerTls = { ca: authority.ca, ...server };
const device = await authority.device('dev-0001');

/** Whatever a test opened is closed after it. */
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Opened {
  session: Session;
  clock: FakeClock;
}

async function open(client: ClientName, options: Partial<SessionOptions>, signal = never): Promise<Opened> {
  const clock = fakeClock();
  const timeouts = { ackTimeoutMs: ACK_TIMEOUT_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const openSession = await sessionsOf(client, clock, timeouts);
  const opening = openSession(
    { host: '127.0.0.1', port: 0, clientId: 'dev-0001', keepAliveSeconds: 60, clean: true, ...timeouts, ...options },
    signal,
  );
  cleanups.push(async () => {
    await opening.then(
      (session) => session.cut(),
      () => {},
    );
    clock.stop();
  });
  return { session: await opening, clock };
}

const brokers: { name: string; start: StartBroker; tls: boolean; skip: boolean }[] = [
  { name: 'aedes', start: startAedes, tls: false, skip: false },
  { name: 'aedes over mTLS', start: startAedes, tls: true, skip: false },
  { name: 'mosquitto', start: startMosquitto, tls: false, skip: !hasMosquitto },
  { name: 'mosquitto over mTLS', start: startMosquitto, tls: true, skip: !hasMosquitto },
];

describe.each(CLIENTS)('a %s session', (client) => {
  describe.each(brokers)('with $name', ({ name, start, tls: overTls, skip }) => {
    const tls: TlsOptions | undefined = overTls ? { ca: authority.ca, ...device } : undefined;

    async function connected(): Promise<Opened & { broker: Awaited<ReturnType<StartBroker>> }> {
      const broker = await start(overTls ? brokerTls : undefined);
      cleanups.push(broker.close);
      const opened = await open(client, { port: broker.port, ...(tls ? { tls } : {}) });
      return { broker, ...opened };
    }

    const check = skip ? it.skip : it;
    if (skip) it.skip(`(no "mosquitto" on this machine, so nothing is checked with ${name})`, () => {});

    check.each([0, 1] as const)('delivers QoS %i messages whole and in order', async (qos) => {
      const { broker, session } = await connected();
      const sent = Array.from({ length: 50 }, (_, i) => ({ topic: `t/${i % 3}`, payload: `{"n":${i}}`, qos }));
      await Promise.all(sent.map(({ topic, payload }) => session.publish(topic, payload, qos)));
      expect(await broker.got(50)).toEqual(sent);
    });

    check('delivers whatever a topic or payload may hold', async () => {
      const { broker, session } = await connected();
      const sent = [
        { topic: 'dé/日本/🚲', payload: 'zażółć 🚲 "gęślą"\njaźń', qos: 1 },
        { topic: 't', payload: '', qos: 1 },
        { topic: `${'x'.repeat(200)}`, payload: 'x'.repeat(127), qos: 1 },
        { topic: 't', payload: 'é'.repeat(8192), qos: 1 },
        { topic: 't', payload: 'a'.repeat(128 * 1024), qos: 1 },
      ];
      for (const { topic, payload } of sent) await session.publish(topic, payload, 1);
      expect(await broker.got(sent.length)).toEqual(sent);
    });

    check('rejects a payload that cannot be written, and nothing waits for it', async () => {
      const { broker, session } = await connected();
      const unwritable = (out: TextBytes) => {
        out.text('{"half":');
        throw new Error('no other half');
      };
      const all = await Promise.allSettled([
        session.publish('t', 'before', 1),
        session.publish('t', unwritable, 1),
        session.publish('t', 'after', 1),
      ]);
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await broker.got(2)).map(({ payload }) => payload)).toEqual(['before', 'after']);
      await session.end();
    });

    check('has delivered all that was published before its end', async () => {
      const { broker, session } = await connected();
      const all = Promise.all(Array.from({ length: 20 }, (_, i) => session.publish('t', `${i}`, i % 2 === 0 ? 0 : 1)));
      await session.end();
      await all;
      // aedes takes QoS 0 and QoS 1 messages through at different speeds.
      const numbers = (await broker.got(20)).map(({ payload }) => Number(payload)).sort((a, b) => a - b);
      expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i));
      await expect(session.publish('t', 'late', 1)).rejects.toMatchObject({ code: 'interrupted' });
    });

    if (overTls) {
      // The device SDK's TLS sits on a failed handshake for up to half a minute before it says so (s2n's "blinding").
      const unblinded = client === 'device-sdk' ? it.skip : check;
      unblinded('does not talk to a broker that another authority vouches for', async () => {
        const broker = await start(brokerTls);
        cleanups.push(broker.close);
        const other = await testAuthority('another authority');
        const failing = open(client, { port: broker.port, tls: { ...device, ca: other.ca } });
        await expect(failing).rejects.toMatchObject({
          code: 'broker-untrusted',
          message: expect.stringContaining(`127.0.0.1:${broker.port}`),
        });
        expect(broker.received).toEqual([]);
      });

      check('fails where the broker does not know the authority of its certificate', async () => {
        const broker = await start(brokerTls);
        cleanups.push(broker.close);
        const stranger = await (await testAuthority('stranger')).device('dev-0001');
        const failing = open(client, { port: broker.port, tls: { ca: authority.ca, ...stranger } });
        await expect(failing).rejects.toMatchObject({
          code: expect.stringMatching(/^(certificate-rejected|refused|tls-failed)$/),
        });
      });
    }
  });

  it('fails an unanswered publish as "no-answer", and goes on', async () => {
    let silent = true;
    const broker = await scriptedBroker((packet, peer) => {
      if (packet.cmd !== 'publish') return false;
      if (!silent) peer.reply({ cmd: 'puback', messageId: packet.messageId! });
      return true;
    });
    cleanups.push(broker.close);
    const { session, clock } = await open(client, { port: broker.port });
    const unanswered = session.publish('t', 'one', 1);
    const settled = expect(unanswered).rejects.toMatchObject({ code: 'no-answer' });
    await broker.saw('publish');
    await clock.advance(ACK_TIMEOUT_MS - 1);
    await clock.advance(ACK_TIMEOUT_MS);
    await settled;
    silent = false;
    await session.publish('t', 'two', 1);
  });

  it('does not give up on an answer before its time', async () => {
    let answer: () => void = () => {};
    const broker = await scriptedBroker((packet, peer) => {
      if (packet.cmd !== 'publish') return false;
      answer = () => peer.reply({ cmd: 'puback', messageId: packet.messageId! });
      return true;
    });
    cleanups.push(broker.close);
    const { session, clock } = await open(client, { port: broker.port });
    const answered = session.publish('t', 'one', 1);
    await broker.saw('publish');
    await clock.advance(ACK_TIMEOUT_MS - 1);
    answer();
    await answered;
  });

  it('fails what is in flight as "connection-lost" when the broker goes, and says so', async () => {
    const broker = await scriptedBroker((packet, peer) => {
      if (packet.cmd === 'publish') peer.destroy();
      return packet.cmd === 'publish';
    });
    cleanups.push(broker.close);
    const { session } = await open(client, { port: broker.port });
    const answers = await Promise.allSettled([session.publish('t', 'one', 1), session.publish('t', 'two', 1)]);
    for (const answer of answers) expect(answer).toMatchObject({ reason: { code: 'connection-lost' } });
    expect(await session.lost).toMatchObject({ code: 'connection-lost', message: expect.stringContaining('dev-0001') });
    await expect(session.publish('t', 'three', 1)).rejects.toMatchObject({ code: 'connection-lost' });
    await session.end();
  });

  it.each([
    [2, 'client id'],
    [4, 'password'],
    [5, 'authorised'],
  ])('is refused with CONNACK %i', async (returnCode) => {
    const broker = await scriptedBroker((packet, peer) => {
      if (packet.cmd !== 'connect') return false;
      peer.reply({ cmd: 'connack', returnCode, sessionPresent: false });
      return true;
    });
    cleanups.push(broker.close);
    await expect(open(client, { port: broker.port })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('dev-0001'),
    });
  });

  it('is refused where the broker closes instead of answering', async () => {
    const broker = await scriptedBroker((_packet, peer) => {
      peer.destroy();
      return true;
    });
    cleanups.push(broker.close);
    await expect(open(client, { port: broker.port })).rejects.toMatchObject({ code: 'refused' });
  });

  it('says "unreachable" where nobody listens', async () => {
    const port = await deadPort();
    await expect(open(client, { port })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it('gives up connecting in time, or when it is told to', async () => {
    const broker = await scriptedBroker(({ cmd }) => cmd === 'connect');
    cleanups.push(broker.close);
    const clock = fakeClock();
    const timeouts = { ackTimeoutMs: ACK_TIMEOUT_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS };
    const openSession = await sessionsOf(client, clock, timeouts);
    const options = {
      host: '127.0.0.1',
      port: broker.port,
      clientId: 'dev-0001',
      keepAliveSeconds: 60,
      clean: true,
      ...timeouts,
    };
    const late = expect(openSession(options, never)).rejects.toMatchObject({ code: 'connect-timeout' });
    await broker.saw('connect');
    await clock.advance(CONNECT_TIMEOUT_MS * 1.2);
    await late;

    const stop = new AbortController();
    const stopped = expect(openSession(options, stop.signal)).rejects.toMatchObject({ code: 'interrupted' });
    stop.abort();
    await stopped;
    await expect(openSession(options, stop.signal)).rejects.toMatchObject({ code: 'interrupted' });
    clock.stop();
  });

  it('settles all in flight as "interrupted" when it is cut', async () => {
    const broker = await scriptedBroker(({ cmd }) => cmd === 'publish');
    cleanups.push(broker.close);
    const { session } = await open(client, { port: broker.port });
    const answer = expect(session.publish('t', 'one', 1)).rejects.toMatchObject({ code: 'interrupted' });
    await broker.saw('publish');
    await session.cut();
    await answer;
    await session.cut();
  });

  it('refuses a topic that is none, and goes on', async () => {
    const broker = await scriptedBroker((packet, peer) => {
      if (packet.cmd === 'publish') peer.reply({ cmd: 'puback', messageId: packet.messageId! });
      return packet.cmd === 'publish';
    });
    cleanups.push(broker.close);
    const { session } = await open(client, { port: broker.port });
    for (const topic of ['', 'a/+', '#', 'a\0b', 'x'.repeat(65_536)])
      await expect(session.publish(topic, 'one', 1)).rejects.toMatchObject({ code: 'bad-topic' });
    await session.publish('t', 'one', 1);
  });
});
