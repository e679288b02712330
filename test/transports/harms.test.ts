import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { connectionsOf, type Harm } from '../../src/transports/connections.ts';
import { createTransport } from '../../src/transports/index.ts';
import { sessionsOf } from '../../src/transports/session/index.ts';
import type { TransportSettings } from '../../src/transports/settings.ts';
import { decode } from '../../src/wire.ts';
import { scriptedBroker } from '../support/brokers.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { testAuthority } from '../support/pki.ts';
import { updateOf } from '../support/transport-contract.ts';
import { settingsOf } from '../support/transport-settings.ts';

const ID = 'AAA-0001';
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function connected(settings: Partial<TransportSettings> = {}) {
  const arrived: { seq: number; dup: boolean }[] = [];
  const broker = await scriptedBroker((packet, peer) => {
    if (packet.cmd !== 'publish') return false;
    arrived.push({ seq: decode(JSON.parse(packet.payload.toString())).seq!, dup: packet.dup });
    peer.reply({ cmd: 'puback', messageId: packet.messageId! });
    return true;
  });
  const clock = fakeClock(Date.now());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const timeouts = { ackTimeoutMs: 1000, connectTimeoutMs: 60_000 };
  const transport = await createTransport('mqtt', settingsOf({ broker: url, ...timeouts, ...settings }), clock);
  closers.push(() => transport.close(), broker.close);
  await transport.connect(ID, new AbortController().signal);
  const connections = connectionsOf(transport)!;
  const connects = () => broker.packets.filter(({ cmd }) => cmd === 'connect').length;
  const send = (seq: number) =>
    transport.send(updateOf(ID, seq)).then(
      () => 'sent',
      ({ code }) => code as string,
    );
  return {
    broker,
    clock,
    transport,
    connections,
    arrived,
    connects,
    send,
    harm: (harm: Harm) => connections.harm(ID, harm)!,
  };
}

/** Lets time pass, and real sockets do their part, until `done`. */
async function passing(clock: ReturnType<typeof fakeClock>, done: () => boolean, stepMs = 50): Promise<void> {
  await expect
    .poll(
      async () => {
        await clock.advance(stepMs);
        await setImmediate();
        return done();
      },
      { interval: 1, timeout: 10_000 },
    )
    .toBe(true);
}

describe.each(['lean', 'mqttjs'] as const)('%s', (client) => {
  it('comes back at once from a storm, without time passing', async () => {
    const { clock, connections, connects, send, harm } = await connected({ client });
    let back = false;
    void harm({ kind: 'drop', atOnce: true }).back.then(() => {
      back = true;
    });
    await passing(clock, () => back, 0);
    expect([connects(), await send(0)]).toEqual([2, 'sent']);
    expect(connections.counts()).toEqual({ disconnects: 1, reconnects: 1, redeliveries: 0 });
  });

  it('stays away as long as a cut lasts, and no longer than a device pauses after it', async () => {
    const { clock, connects, send, harm } = await connected({ client });
    const { end, back } = harm({ kind: 'cut' });
    for (let i = 0; i < 20; i++) {
      await clock.advance(10_000);
      await setImmediate();
    }
    expect([connects(), await send(0)]).toEqual([1, 'not-connected']);
    end();
    await clock.advance(1000);
    await back;
    expect([connects(), await send(1)]).toEqual([2, 'sent']);
  });
});

describe('a half-open connection', () => {
  it('lets nothing through and says nothing; PINGREQ finds it out, and the broker is left with its side', async () => {
    const { clock, arrived, broker, connections, connects, send, harm } = await connected();
    const { back } = harm({ kind: 'silence' });
    const answer = send(0);
    await passing(clock, () => connections.counts().disconnects > 0);
    expect([await answer, arrived]).toEqual(['no-answer', []]);
    await passing(clock, () => connects() === 2);
    await back;
    expect(await send(1)).toBe('sent');
    expect(arrived).toEqual([{ seq: 1, dup: false }]);
    // Nothing of it came to the broker: neither a message nor an end.
    expect(broker.packets.map(({ cmd }) => cmd)).toEqual(['connect', 'connect', 'publish']);
    expect(broker.open()).toBe(2);
  });

  it('is no more silent for being silenced again, or slow as well, and can be closed', async () => {
    const { arrived, clock, transport, send, harm } = await connected();
    harm({ kind: 'slow', everyMs: 100 });
    harm({ kind: 'silence' });
    harm({ kind: 'silence' });
    harm({ kind: 'slow', everyMs: 100 }).end();
    const answer = send(0);
    let isClosed = false;
    void transport.close().then(() => {
      isClosed = true;
    });
    await passing(clock, () => isClosed, 100);
    expect([await answer, arrived]).toEqual(['interrupted', []]);
  });

  it('is given up at the first missing answer where updates are sent again', async () => {
    const { clock, arrived, connections, send, harm } = await connected({ redeliverMs: 60_000 });
    harm({ kind: 'silence' });
    let answer: string | undefined;
    void send(0).then((code) => {
      answer = code;
    });
    await passing(clock, () => answer !== undefined);
    expect([answer, arrived]).toEqual(['sent', [{ seq: 0, dup: true }]]);
    expect(connections.counts()).toEqual({ disconnects: 1, reconnects: 1, redeliveries: 1 });
  });
});

describe.each([false, true])('a slow connection (TLS: %s)', (isTls) => {
  it('writes and reads when the device looks at it, and as before once it has recovered', async () => {
    const authority = await testAuthority();
    const server = isTls ? { ...(await authority.server()), ca: authority.ca } : undefined;
    const arrived: string[] = [];
    const broker = await scriptedBroker((packet, peer) => {
      if (packet.cmd !== 'publish') return false;
      if (packet.topic === 't') arrived.push(packet.payload.toString());
      peer.reply({ cmd: 'puback', messageId: packet.messageId! });
      return true;
    }, server);
    closers.push(broker.close);
    const timeouts = { ackTimeoutMs: 10_000, connectTimeoutMs: 10_000 };
    const open = await sessionsOf('lean', fakeClock(), timeouts);
    const tls = isTls ? { ca: authority.ca, ...(await authority.device(ID)) } : undefined;
    const options = {
      host: 'localhost',
      port: broker.port,
      clientId: ID,
      keepAliveSeconds: 60,
      clean: true,
      ...timeouts,
    };
    const session = await open({ ...options, ...(tls && { tls }) }, new AbortController().signal);
    await session.publish('t', '0', 1);
    // Nobody slows this one down: what it has sent later, and had answered, shows that the other's had its chance.
    const neighbour = await open(
      { ...options, clientId: 'AAA-0002', ...(tls && { tls }) },
      new AbortController().signal,
    );

    const slow = session.slow!();
    let answered = false;
    const answer = session.publish('t', '1', 1).then(() => {
      answered = true;
    });
    for (let i = 0; i < 5; i++) await neighbour.publish('next door', `${i}`, 1);
    expect(arrived).toEqual(['0']);
    slow.look();
    await expect.poll(() => arrived).toEqual(['0', '1']);
    // The answer comes in at that look or, where it was not yet there, at a later one.
    await expect
      .poll(() => {
        slow.look();
        return answered;
      })
      .toBe(true);
    await answer;
    const held = session.publish('t', '2', 1);
    slow.recover();
    await held;
    await session.publish('t', '3', 1);
    expect(arrived).toEqual(['0', '1', '2', '3']);
    await Promise.all([session.end(), neighbour.end()]);
  });

  it('ends in good order, and is lost like any other', async () => {
    const { clock, connections, transport, harm } = await connected();
    harm({ kind: 'slow', everyMs: 100 });
    harm({ kind: 'drop', atOnce: true });
    await passing(clock, () => connections.counts().reconnects === 1, 0);
    const closed = transport.close();
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    await passing(clock, () => isClosed, 100);
  });
});

it('keeps a session at the broker where it is told to, and none where not', async () => {
  const clean = async (settings: Partial<TransportSettings>) => {
    const { broker } = await connected(settings);
    return (await broker.saw('connect')) as { clean?: boolean };
  };
  expect((await clean({})).clean).toBe(true);
  expect((await clean({ persistentSession: true })).clean).toBe(false);
});

it('harms nobody who has no connection', async () => {
  const { connections } = await connected();
  expect(connections.harm('ZZZ-9999', { kind: 'cut' })).toBeUndefined();
});
