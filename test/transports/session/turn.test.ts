import { afterEach, describe, expect, it } from 'vitest';
import { sessionsOf } from '../../../src/transports/session/index.ts';
import { atTurnEnd, keepTurnBytes, turnBytes } from '../../../src/transports/session/turn.ts';
import { scriptedBroker } from '../../support/brokers.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { testAuthority } from '../../support/pki.ts';

const TIMEOUTS = { ackTimeoutMs: 5000, connectTimeoutMs: 5000 };
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Sessions that share the bytes of their turns, and what the broker was sent, by topic. */
async function sharing(names: readonly string[], isTls: boolean) {
  const authority = await testAuthority();
  const server = isTls ? { ...(await authority.server()), ca: authority.ca } : undefined;
  const arrived: Record<string, string[]> = {};
  const broker = await scriptedBroker((packet, peer) => {
    if (packet.cmd !== 'publish') return false;
    arrived[packet.topic] ??= [];
    arrived[packet.topic]!.push(packet.payload.toString());
    if (packet.qos === 1) peer.reply({ cmd: 'puback', messageId: packet.messageId! });
    return true;
  }, server);
  const clock = fakeClock();
  cleanups.push(broker.close, () => clock.stop());
  const open = await sessionsOf('lean', clock, TIMEOUTS);
  const tls = isTls ? { tls: { ca: authority.ca, ...(await authority.device('d')) } } : {};
  const sessions = await Promise.all(
    names.map((clientId) =>
      open(
        { host: 'localhost', port: broker.port, clientId, keepAliveSeconds: 60, clean: true, ...TIMEOUTS, ...tls },
        new AbortController().signal,
      ),
    ),
  );
  for (const session of sessions) cleanups.push(() => session.cut());
  return { arrived, sessions };
}

describe.each([false, true])('sessions that write in the same turns (TLS: %s)', (isTls) => {
  it('leave alone what one of them could not write yet, however many turns ago', async () => {
    const { arrived, sessions } = await sharing(['held', 'free'], isTls);
    const [held, free] = sessions;
    const slow = held!.slow!();
    const late = [held!.publish('held', 'what is held', 1)];
    const payloads = Array.from({ length: 1000 }, (_, i) => `${i} `.repeat(100));
    for (const payload of payloads) await free!.publish('free', payload, 1);
    late.push(held!.publish('held', 'and more of it', 1));
    await free!.publish('free', 'the end', 1);
    slow.recover();
    await Promise.all(late);
    expect(arrived).toEqual({ free: [...payloads, 'the end'], held: ['what is held', 'and more of it'] });
  });

  it('each have their packets whole and in order, whoever writes in between, and however much', async () => {
    const { arrived, sessions } = await sharing(['a', 'b'], isTls);
    const [a, b] = sessions;
    const payloads = ['1', 'x'.repeat(200_000), '3', '', 'y'.repeat(5000), '6'];
    await Promise.all(
      payloads.flatMap((payload, i) => [
        a!.publish('a', payload, 1),
        b!.publish('b', payload, i % 2 === 0 ? 0 : 1),
        a!.publish('a', `${payload}!`, 0),
      ]),
    );
    await Promise.all([a!.end(), b!.end()]);
    expect(arrived).toEqual({ a: payloads.flatMap((payload) => [payload, `${payload}!`]), b: payloads });
  });
});

describe('the bytes of a turn', () => {
  /** Turns of which each writes `bytes` more; the room that each of them found. */
  async function rooms(bytes: readonly number[], flush: () => void): Promise<number[]> {
    const found: number[] = [];
    for (const more of bytes) {
      turnBytes.text('x'.repeat(more));
      found.push(turnBytes.bytes.length);
      atTurnEnd({ flush });
      await new Promise((resolve) => setImmediate(resolve));
    }
    return found;
  }
  // Few or many sessions at a time, as they come.
  const turns = Array.from({ length: 500 }, (_, i) => (i % 7 === 3 ? 90_000 : 300 + 997 * (i % 50)));

  it('are no more than a turn takes, even where nothing is ever taken at once', async () => {
    expect(Math.max(...(await rooms(turns, keepTurnBytes)))).toBeLessThan(4 * 90_000);
  });

  it('are the same ones turn after turn, where everything is', async () => {
    await rooms([90_000], () => {});
    const { bytes } = turnBytes;
    await rooms(turns, () => {});
    expect(turnBytes.bytes).toBe(bytes);
  });
});
