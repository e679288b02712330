import type { Clock } from '../../clock.ts';
import type { ClientName } from '../settings.ts';
import { beatLength, newBeat } from './beat.ts';
import type { OpenSession, SessionOptions } from './session.ts';

/** The shortest of these sets how finely time-outs are counted. */
type Timeouts = Pick<SessionOptions, 'ackTimeoutMs' | 'connectTimeoutMs'>;

/** Sessions of one client library, all on one beat of `clock`. A library is loaded only where it is used. */
export async function sessionsOf(client: ClientName, clock: Clock, timeouts: Timeouts): Promise<OpenSession> {
  const beat = newBeat(clock, beatLength(timeouts.ackTimeoutMs, timeouts.connectTimeoutMs));
  switch (client) {
    case 'lean':
      return (await import('./lean.ts')).leanSessions(beat);
    case 'mqttjs':
      return (await import('./mqttjs.ts')).mqttjsSessions(beat);
    case 'device-sdk':
      return (await import('./device-sdk.ts')).deviceSdkSessions(beat);
  }
}
