import type { Clock } from '../clock.ts';
import type { Harm, Harmed } from './connections.ts';
import type { Session } from './session/session.ts';

/** Which devices are harmed, and how: what `deviceSessions` asks before it reconnects one, and tells when it has. */
export interface Harms {
  /** To a device that is connected. */
  do(deviceId: string, session: Session, harm: Harm): Harmed;
  /** A promise of the moment from which the device may reconnect; undefined: now. */
  cutUntil(deviceId: string): Promise<void> | undefined;
  /** Whether it is to come back without a pause; asked once. */
  hurries(deviceId: string): boolean;
  /** The device has a connection again. */
  connected(deviceId: string, session: Session): void;
}

interface Patient {
  /** Cuts that last, and who waits for their end. */
  cuts: number;
  waiting: (() => void)[];
  hurries: boolean;
  /** Who wants to know when it is back. */
  returns: (() => void)[];
  slow: Slowness | undefined;
}

/** Of two at a time, the later counts. */
interface Slowness {
  readonly everyMs: number;
  recover: () => void;
}

/** @param clock what a slow device looks at between two looks at its connection */
export function newHarms(clock: Clock): Harms {
  const patients = new Map<string, Patient>();
  const of = (deviceId: string): Patient => {
    const known = patients.get(deviceId);
    if (known !== undefined) return known;
    const patient = { cuts: 0, waiting: [], hurries: false, returns: [], slow: undefined };
    patients.set(deviceId, patient);
    return patient;
  };

  function slowDown(slow: Slowness, session: Session): void {
    const line = session.slow!();
    let lasts = true;
    slow.recover = () => {
      if (lasts) line.recover();
      lasts = false;
    };
    void session.lost.then(() => {
      lasts = false;
    });
    void (async () => {
      while (await clock.until(clock.now() + slow.everyMs)) {
        if (!lasts) return;
        line.look();
      }
    })();
  }

  return {
    do(deviceId, session, harm) {
      const patient = of(deviceId);
      if (harm.kind === 'slow') {
        patient.slow?.recover();
        const slow: Slowness = { everyMs: harm.everyMs, recover() {} };
        patient.slow = slow;
        slowDown(slow, session);
        let recovered: () => void = () => {};
        const end = () => {
          slow.recover();
          if (patient.slow === slow) patient.slow = undefined;
          recovered();
        };
        return {
          end,
          back: new Promise((resolve) => {
            recovered = resolve;
          }),
        };
      }
      const back = new Promise<void>((resolve) => patient.returns.push(resolve));
      if (harm.kind === 'silence') {
        // What is silent is not slow as well; its next connection is.
        patient.slow?.recover();
        session.silence!();
        return { end() {}, back };
      }
      if (harm.kind === 'cut') patient.cuts++;
      else patient.hurries = harm.atOnce;
      session.drop();
      const end = () => {
        if (harm.kind === 'cut' && --patient.cuts === 0) for (const go of patient.waiting.splice(0)) go();
      };
      return { end, back };
    },
    cutUntil(deviceId) {
      const patient = patients.get(deviceId);
      if (patient === undefined || patient.cuts === 0) return undefined;
      return new Promise((resolve) => patient.waiting.push(resolve));
    },
    hurries(deviceId) {
      const patient = patients.get(deviceId);
      if (!patient?.hurries) return false;
      patient.hurries = false;
      return true;
    },
    connected(deviceId, session) {
      const patient = patients.get(deviceId);
      if (patient === undefined) return;
      for (const say of patient.returns.splice(0)) say();
      if (patient.slow !== undefined) slowDown(patient.slow, session);
    },
  };
}
