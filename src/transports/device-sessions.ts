import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.ts';
import { randomOf } from '../random.ts';
import type { OpenSession, Session, SessionOptions } from './session/session.ts';
import { failureCode, SendFailure } from './transport.ts';

/** Pauses before reconnecting: uniformly random up to 1, 2, 4, … seconds, at most 128 (what AWS advises its devices). */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 128_000;

/** Failures that another attempt may not meet. The others, a missing certificate say, stay until a person acts. */
const PASSING: ReadonlySet<string> = new Set(['unreachable', 'connect-timeout', 'connection-lost', 'no-free-port']);
/** A broker that took the device before may refuse it in passing: AWS IoT closes when too many connect at a time. */
const PASSING_LATER: ReadonlySet<string> = new Set([...PASSING, 'refused']);

export interface DeviceSessionsOptions {
  readonly open: OpenSession;
  /** May reject with a `SendFailure`, which is that device's alone. Asked again at each reconnect. */
  readonly optionsOf: (deviceId: string) => SessionOptions | Promise<SessionOptions>;
  readonly clock: Clock;
  readonly seed: number;
}

/** A session per device. What `iot` and `mqtt` share. */
export interface DeviceSessions {
  connect(deviceId: string, signal: AbortSignal): Promise<void>;
  /** Fails at once with `not-connected` while the device's connection is down. */
  publish(deviceId: string, topic: string, payload: string, qos: 0 | 1): Promise<void>;
  /** Connections lost, and made again. */
  counts(): { readonly lost: number; readonly reconnected: number };
  close(): Promise<void>;
}

export function deviceSessions({ open, optionsOf, clock, seed }: DeviceSessionsOptions): DeviceSessions {
  const sessions = new Map<string, Session>();
  const opening = new Set<Promise<void>>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const combined = new WeakMap<AbortSignal, AbortSignal>();
  const counts = { lost: 0, reconnected: 0 };
  let closed: Promise<void> | undefined;

  async function connectOnce(deviceId: string, signal: AbortSignal): Promise<void> {
    const attempt = (async () => {
      if (signal.aborted) throw new SendFailure('interrupted');
      const options = await optionsOf(deviceId);
      if (signal.aborted) throw new SendFailure('interrupted');
      const session = await open(options, signal);
      if (closing.signal.aborted) {
        await session.cut();
        throw new SendFailure('interrupted');
      }
      sessions.set(deviceId, session);
      void session.lost.then(() => {
        counts.lost++;
        sessions.delete(deviceId);
        void reconnect(deviceId);
      });
    })();
    opening.add(attempt);
    try {
      await attempt;
    } finally {
      opening.delete(attempt);
    }
  }

  /** In the background, until it succeeds, cannot succeed, or everything closes. */
  async function reconnect(deviceId: string): Promise<void> {
    const random = randomOf(seed, deviceId);
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      const pause = random() * Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
      if (!(await clock.until(clock.now() + pause)) || closing.signal.aborted) return;
      try {
        await connectOnce(deviceId, closing.signal);
        counts.reconnected++;
        return;
      } catch (error) {
        if (!PASSING_LATER.has(failureCode(error))) return;
      }
    }
  }

  /** `signal`, or closing, whichever comes first; one for the many connects that share a signal. */
  function orClosing(signal: AbortSignal): AbortSignal {
    const known = combined.get(signal);
    if (known !== undefined) return known;
    const either = AbortSignal.any([signal, closing.signal]);
    setMaxListeners(0, either); // as many as connect at a time
    combined.set(signal, either);
    return either;
  }

  return {
    async connect(deviceId, signal) {
      if (sessions.has(deviceId)) return;
      try {
        await connectOnce(deviceId, orClosing(signal));
      } catch (error) {
        if (PASSING.has(failureCode(error))) void reconnect(deviceId);
        throw error;
      }
    },
    publish(deviceId, topic, payload, qos) {
      const session = sessions.get(deviceId);
      if (session !== undefined) return session.publish(topic, payload, qos);
      if (closed !== undefined) return Promise.reject(new SendFailure('interrupted'));
      return Promise.reject(new SendFailure('not-connected', `${deviceId} is not connected`));
    },
    counts: () => ({ ...counts }),
    close() {
      closed ??= (async () => {
        closing.abort();
        await Promise.allSettled([...opening]);
        await Promise.all([...sessions.values()].map((session) => session.cut()));
        sessions.clear();
      })();
      return closed;
    },
  };
}
