import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.ts';
import { randomOf } from '../random.ts';
import type { Connections } from './connections.ts';
import { newHarms } from './harms.ts';
import { PASSING_REASONS } from './session/reasons.ts';
import type { OpenSession, Payload, Session, SessionOptions } from './session/session.ts';
import { failureCode, SendFailure } from './transport.ts';

/** Pauses before reconnecting: uniformly random up to 1, 2, 4, … seconds, at most 128 (what AWS advises its devices). */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 128_000;

/** Failures that another attempt may not meet. The others, a missing certificate say, stay until a person acts. */
const PASSING: ReadonlySet<string> = new Set(['unreachable', 'connect-timeout', 'connection-lost', 'no-free-port']);
/** A broker that took the device before may refuse it in passing: AWS IoT closes when too many connect at a time. */
const PASSING_LATER: ReadonlySet<string> = new Set([...PASSING, 'refused', ...PASSING_REASONS]);

/** After these the message may have arrived, or not. */
const UNANSWERED: ReadonlySet<string> = new Set(['connection-lost', 'no-answer']);

export interface DeviceSessionsOptions {
  readonly open: OpenSession;
  /** May reject with a `SendFailure`, which is that device's alone. Asked again at each reconnect. */
  readonly optionsOf: (deviceId: string) => SessionOptions | Promise<SessionOptions>;
  readonly clock: Clock;
  readonly seed: number;
  /** How long after its beginning a send may wait for its device to come back, ms; 0: it fails at once. */
  readonly patienceMs: number;
}

/** A session per device. What `iot` and `mqtt` share. */
export interface DeviceSessions {
  connect(deviceId: string, signal: AbortSignal): Promise<void>;
  /**
   * While the device's connection is down it fails with `not-connected`, and when it is lost with `connection-lost`; or
   * it waits, and is sent again as a duplicate, as long as its patience lasts.
   */
  publish(deviceId: string, topic: string, payload: Payload, qos: 0 | 1): Promise<void>;
  readonly connections: Connections;
  close(): Promise<void>;
}

export function deviceSessions({ open, optionsOf, clock, seed, patienceMs }: DeviceSessionsOptions): DeviceSessions {
  const sessions = new Map<string, Session>();
  const opening = new Set<Promise<void>>();
  /** Who waits for a device to come back. */
  const away = new Map<string, (() => void)[]>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const combined = new WeakMap<AbortSignal, AbortSignal>();
  const pauses = new Map<string, () => number>();
  const counts = { disconnects: 0, reconnects: 0, redeliveries: 0 };
  const harms = newHarms(clock);
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
      wake(deviceId);
      harms.connected(deviceId, session);
      void session.lost.then(() => {
        counts.disconnects++;
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

  /**
   * One row of random numbers a device, which goes on from one loss to the next: devices that are lost together, again and
   * again, do not come back in the same order each time.
   */
  function pausesOf(deviceId: string): () => number {
    const known = pauses.get(deviceId) ?? randomOf(seed, deviceId);
    pauses.set(deviceId, known);
    return known;
  }

  /** In the background, until it succeeds, cannot succeed, or everything closes. */
  async function reconnect(deviceId: string): Promise<void> {
    const random = pausesOf(deviceId);
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      await harms.cutUntil(deviceId);
      const pause = harms.hurries(deviceId) ? 0 : random() * Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
      if (!(await clock.until(clock.now() + pause)) || closing.signal.aborted) return;
      try {
        await connectOnce(deviceId, closing.signal);
        counts.reconnects++;
        return;
      } catch (error) {
        if (!PASSING_LATER.has(failureCode(error))) return;
      }
    }
  }

  function publishNow(
    deviceId: string,
    topic: string,
    payload: Payload,
    qos: 0 | 1,
    dup = false,
    packetId?: number,
  ): Promise<void> {
    const session = sessions.get(deviceId);
    if (session !== undefined) {
      if (dup) counts.redeliveries++;
      return session.publish(topic, payload, qos, dup, packetId);
    }
    if (closed !== undefined) return Promise.reject(new SendFailure('interrupted'));
    return Promise.reject(new SendFailure('not-connected', `${deviceId} is not connected`));
  }

  /** Sends until it is answered, or patience is over; then with the last failure. */
  async function insist(deviceId: string, topic: string, payload: Payload, qos: 0 | 1): Promise<void> {
    const deadline = clock.now() + patienceMs;
    let packetId: number | undefined;
    for (let dup = false; ; ) {
      const session = sessions.get(deviceId);
      try {
        const answer = publishNow(deviceId, topic, payload, qos, dup, packetId);
        packetId = session?.packetId ?? packetId;
        return await answer;
      } catch (error) {
        const code = failureCode(error);
        // QoS 0 is sent at most once (MQTT 3.1.1, 4.3.1).
        if (code !== 'not-connected' && (!UNANSWERED.has(code) || qos === 0)) throw error;
        // The failure comes before the session has said that it is lost.
        if (session !== undefined && sessions.get(deviceId) === session) sessions.delete(deviceId);
        // Messages are sent again over another connection, and there alone (MQTT 3.1.1, 4.4).
        if (code !== 'not-connected') session?.drop();
        dup ||= code !== 'not-connected';
        const over = clock.until(deadline).then(() => true);
        if (await Promise.race([over, back(deviceId).then(() => false)]))
          throw dup ? lostFor(deviceId, patienceMs) : error;
      }
    }
  }

  /** Resolves when the device is connected again, or everything closes; in the order of the calls. */
  function back(deviceId: string): Promise<void> {
    return new Promise((resolve) => {
      if (sessions.has(deviceId) || closed !== undefined) return resolve();
      const waiting = away.get(deviceId) ?? [];
      waiting.push(resolve);
      away.set(deviceId, waiting);
    });
  }

  function wake(deviceId: string): void {
    const waiting = away.get(deviceId) ?? [];
    away.delete(deviceId);
    for (const resolve of waiting) resolve();
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
    publish: (deviceId, topic, payload, qos) =>
      patienceMs > 0 ? insist(deviceId, topic, payload, qos) : publishNow(deviceId, topic, payload, qos),
    connections: {
      counts: () => ({ ...counts }),
      harm(deviceId, harm) {
        const session = sessions.get(deviceId);
        return session && harms.do(deviceId, session, harm);
      },
    },
    close() {
      closed ??= (async () => {
        closing.abort();
        for (const deviceId of away.keys()) wake(deviceId);
        await Promise.allSettled([...opening]);
        await Promise.all([...sessions.values()].map((session) => session.cut()));
        sessions.clear();
      })();
      return closed;
    },
  };
}

function lostFor(deviceId: string, ms: number): SendFailure {
  return new SendFailure('connection-lost', `${deviceId} lost its connection and was not back within ${ms} ms`);
}
