import { describe, expect, it } from 'vitest';
import { deviceSessions } from '../../src/transports/device-sessions.ts';
import { type OpenSession, type Session, type SessionOptions, textOf } from '../../src/transports/session/session.ts';
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
      drop: () => lose(clientId),
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
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 7, patienceMs: 0 });
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
    expect(sessions.connections.counts()).toEqual({ disconnects: 1, reconnects: 1, redeliveries: 0 });
  });

  it('gives up a connection over which a message could not go, though nobody said that it was lost', async () => {
    const { clock, open, attempts } = network();
    let broken = true;
    const failing: OpenSession = async (options, signal) => {
      const session = await open(options, signal);
      const fail = broken;
      broken = false;
      return { ...session, ...(fail && { publish: () => Promise.reject(new SendFailure('connection-lost')) }) };
    };
    const sessions = deviceSessions({ open: failing, optionsOf, clock, seed: 7, patienceMs: 60_000 });
    await sessions.connect('a', going);
    const sent = publish(sessions, 'a');
    await clock.advance(60_000);
    expect([await sent, attempts.length]).toEqual(['sent', 2]);
  });

  it('draws a new pause at each loss', async () => {
    const { clock, open, attempts, lose } = network();
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 7, patienceMs: 0 });
    await sessions.connect('a', going);
    const pauses = new Set<number>();
    for (let i = 0; i < 5; i++) {
      const lostAt = clock.now();
      lose('a');
      await clock.advance(1000);
      pauses.add(attempts.at(-1)!.at - lostAt);
    }
    expect(attempts).toHaveLength(6);
    expect(pauses.size).toBe(5);
    await sessions.close();
  });

  it('spreads the reconnects of a whole fleet over the pause, the same for the same seed', async () => {
    const times = async (seed: number) => {
      const { clock, open, attempts, lose } = network();
      const sessions = deviceSessions({ open, optionsOf, clock, seed, patienceMs: 0 });
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
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 3, patienceMs: 0 });
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
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 1, patienceMs: 0 });
    state.failure = failure;
    await expect(sessions.connect('a', going)).rejects.toMatchObject({ code: failure });
    expect(await publish(sessions, 'a')).toBe('not-connected');
    await clock.advance(60_000);
    expect(attempts.length > 1).toBe(tries);
  });

  it('closes all, and begins nothing any more', async () => {
    const { clock, open, attempts, live, lose } = network();
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 1, patienceMs: 0 });
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
    const sessions = deviceSessions({ open: slow, optionsOf, clock, seed: 1, patienceMs: 0 });
    const connecting = expect(sessions.connect('a', going)).rejects.toMatchObject({ code: 'interrupted' });
    await clock.advance(0);
    const closing = sessions.close();
    release();
    await Promise.all([closing, connecting]);
    expect(live.size).toBe(0);
  });
});

describe('deviceSessions with patience', () => {
  /** Sessions whose answers the test gives; what is unanswered when one is lost fails as it does in all clients. */
  function lossy() {
    const sent: { payload: string; dup: boolean }[] = [];
    const clock = fakeClock();
    const state = { up: true };
    const pending: { resolve: () => void; reject: (failure: SendFailure) => void }[] = [];
    let sayLost: (failure: SendFailure) => void = () => {};
    const open: OpenSession = async () => {
      if (!state.up) throw new SendFailure('unreachable');
      let over: SendFailure | undefined;
      return {
        lost: new Promise((resolve) => {
          sayLost = (failure) => {
            over = failure;
            for (const { reject } of pending.splice(0)) reject(failure);
            resolve(failure);
          };
        }),
        publish: (_topic, payload, _qos, dup = false) => {
          if (over) return Promise.reject(over);
          sent.push({ payload: textOf(payload), dup });
          return new Promise((resolve, reject) => {
            pending.push({ resolve, reject });
          });
        },
        end: async () => {},
        cut: async () => sayLost(new SendFailure('interrupted')),
        drop: () => sayLost(new SendFailure('connection-lost')),
      };
    };
    const sessions = deviceSessions({ open, optionsOf, clock, seed: 1, patienceMs: 5000 });
    return {
      clock,
      sessions,
      sent,
      state,
      lose: () => sayLost(new SendFailure('connection-lost')),
      answerAll: () => {
        for (const { resolve } of pending.splice(0)) resolve();
      },
      send: (payload: string, qos: 0 | 1 = 1) =>
        sessions.publish('a', 't', payload, qos).then(
          () => 'sent',
          ({ code }) => code as string,
        ),
    };
  }

  it('sends again, as a duplicate and in order, what was unanswered, and what came meanwhile after it', async () => {
    const { clock, sessions, sent, lose, answerAll, send } = lossy();
    await sessions.connect('a', going);
    const answers = [send('1'), send('2')];
    await clock.advance(0);
    lose();
    await clock.advance(0);
    answers.push(send('3'));
    await clock.advance(1000);
    answerAll();
    expect(await Promise.all(answers)).toEqual(['sent', 'sent', 'sent']);
    expect(sent).toEqual([
      { payload: '1', dup: false },
      { payload: '2', dup: false },
      { payload: '1', dup: true },
      { payload: '2', dup: true },
      { payload: '3', dup: false },
    ]);
  });

  it('is over after its time, and says whether the update may have arrived', async () => {
    const { clock, sessions, lose, send, state } = lossy();
    await sessions.connect('a', going);
    const sentBefore = send('1');
    await clock.advance(0);
    state.up = false;
    lose();
    await clock.advance(0);
    const sentMeanwhile = send('2');
    await clock.advance(4999);
    const early = await Promise.race([sentBefore, sentMeanwhile, Promise.resolve('waiting')]);
    await clock.advance(2);
    expect([early, await sentBefore, await sentMeanwhile]).toEqual(['waiting', 'connection-lost', 'not-connected']);
  });

  it('ends even where the connection is lost again and again', async () => {
    const { clock, sessions, sent, lose, send } = lossy();
    await sessions.connect('a', going);
    const answer = send('1');
    for (let n = 0; n < 20; n++) {
      lose();
      await clock.advance(1000);
    }
    expect(await answer).toBe('connection-lost');
    expect(sent.length).toBeGreaterThan(2);
  });

  it('does not send a QoS 0 message twice', async () => {
    const { clock, sessions, sent, lose, send } = lossy();
    await sessions.connect('a', going);
    const answer = send('1', 0);
    await clock.advance(0);
    lose();
    await clock.advance(2000);
    expect(await answer).toBe('connection-lost');
    expect(sent).toHaveLength(1);
  });

  it('does not outlast the end', async () => {
    const { clock, sessions, lose, send, state } = lossy();
    await sessions.connect('a', going);
    const answer = send('1');
    await clock.advance(0);
    state.up = false;
    lose();
    await clock.advance(0);
    await sessions.close();
    expect(await answer).toBe('interrupted');
  });
});
