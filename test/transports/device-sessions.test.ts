import { describe, expect, it } from 'vitest';
import { deviceSessions } from '../../src/transports/device-sessions.ts';
import type { OpenSession, Session, SessionOptions } from '../../src/transports/session/session.ts';
import { SendFailure } from '../../src/transports/transport.ts';
import { fakeClock } from '../support/fake-clock.ts';

const going = new AbortController().signal;
const optionsOf = (clientId: string): SessionOptions => ({
  host: 'h',
  port: 1,
  clientId,
  keepAliveSeconds: 0,
  clean: true,
  connectTimeoutMs: 1000,
  ackTimeoutMs: 1000,
});

/** A network of which tests say when it is there. */
function network() {
  const attempts: { clientId: string; at: number }[] = [];
  const live = new Map<string, (failure: SendFailure) => void>();
  const state: { failure: string | undefined } = { failure: undefined };
  const clock = fakeClock();
  const open: OpenSession = async ({ clientId }, signal) => {
    attempts.push({ clientId, at: clock.now() });
    if (signal.aborted) throw new SendFailure('interrupted');
    if (state.failure !== undefined) throw new SendFailure(state.failure);
    const lost = new Promise<SendFailure>((resolve) => {
      live.set(clientId, resolve);
    });
    const session: Session = {
      lost,
      publish: async () => {},
      end: async () => void live.delete(clientId),
      cut: async () => void live.delete(clientId),
    };
    return session;
  };
  const lose = (clientId: string) => {
    live.get(clientId)!(new SendFailure('connection-lost'));
    live.delete(clientId);
  };
  return { clock, open, attempts, live, lose, state };
}

const publish = (sessions: ReturnType<typeof deviceSessions>, id: string) =>
  sessions.publish(id, 't', '', 1).then(
    () => 'sent',
    ({ code }) => code,
  );

describe('deviceSessions', () => {
  it('reconnects what was lost, after a random pause of up to a second, and fails sends meanwhile', async () => {
    const { clock, open, attempts, lose } = network();
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 7 });
    await sessions.connect('a', going);
    await sessions.connect('b', going);
    lose('a');
    await clock.advance(0);
    expect([await publish(sessions, 'a'), await publish(sessions, 'b')]).toEqual(['not-connected', 'sent']);
    await clock.advance(1000);
    expect(await publish(sessions, 'a')).toBe('sent');
    expect(attempts.map(({ clientId }) => clientId)).toEqual(['a', 'b', 'a']);
    expect(attempts[2]!.at).toBeGreaterThan(0);
    expect(attempts[2]!.at).toBeLessThan(1000);
    expect(sessions.counts()).toEqual({ lost: 1, reconnected: 1 });
  });

  it('spreads the reconnects of a whole fleet over the pause, the same for the same seed', async () => {
    const times = async (seed: number) => {
      const { clock, open, attempts, lose } = network();
      const sessions = deviceSessions({ open, optionsOf, clock, seed });
      const ids = Array.from({ length: 200 }, (_, i) => `device-${i}`);
      for (const id of ids) await sessions.connect(id, going);
      ids.forEach(lose);
      await clock.advance(1000);
      return attempts.slice(ids.length).map(({ at }) => at);
    };
    const first = await times(1);
    expect(first).toHaveLength(200);
    for (let quarter = 0; quarter < 4; quarter++) {
      const within = first.filter((at) => at >= quarter * 250 && at < (quarter + 1) * 250).length;
      expect(within).toBeGreaterThan(25); // 50 expected
    }
    expect(await times(1)).toEqual(first);
    expect(await times(2)).not.toEqual(first);
  });

  it('waits up to twice as long after each failure, and at most 128 s', async () => {
    const { clock, open, attempts, lose, state } = network();
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 3 });
    await sessions.connect('a', going);
    state.failure = 'unreachable';
    lose('a');
    await clock.advance(3_600_000);
    const pauses = attempts.slice(1).map(({ at }, i) => at - attempts[i]!.at);
    expect(pauses.length).toBeGreaterThan(25);
    pauses.forEach((pause, i) => {
      expect(pause).toBeLessThanOrEqual(Math.min(1000 * 2 ** i, 128_000));
    });
    expect(Math.max(...pauses)).toBeGreaterThan(64_000);
    state.failure = undefined;
    await clock.advance(128_000);
    expect(await publish(sessions, 'a')).toBe('sent');
  });

  it.each([
    ['unreachable', true],
    ['connect-timeout', true],
    ['refused', false],
    ['no-certificate', false],
    ['interrupted', false],
  ])('after a first connect that failed as %s, keeps trying: %s', async (failure, tries) => {
    const { clock, open, attempts, state } = network();
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 1 });
    state.failure = failure;
    await expect(sessions.connect('a', going)).rejects.toMatchObject({ code: failure });
    expect(await publish(sessions, 'a')).toBe('not-connected');
    await clock.advance(60_000);
    expect(attempts.length > 1).toBe(tries);
  });

  it('closes all, and begins nothing any more', async () => {
    const { clock, open, attempts, live, lose } = network();
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 1 });
    await sessions.connect('a', going);
    await sessions.connect('b', going);
    lose('a');
    await clock.advance(0);
    await sessions.close();
    await clock.advance(600_000);
    expect(live.size).toBe(0);
    expect(attempts).toHaveLength(2);
    expect(await publish(sessions, 'b')).toBe('interrupted');
  });

  it('leaves no session behind that came about while it closed', async () => {
    const { clock, open, live } = network();
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: OpenSession = async (options) => {
      const session = await open(options, going);
      await gate;
      return session;
    };
    const sessions = deviceSessions({ open: slow, optionsOf, clock, seed: 1 });
    const connecting = expect(sessions.connect('a', going)).rejects.toMatchObject({ code: 'interrupted' });
    await clock.advance(0);
    const closing = sessions.close();
    release();
    await Promise.all([closing, connecting]);
    expect(live.size).toBe(0);
  });
});
