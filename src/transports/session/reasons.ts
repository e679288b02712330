/** Why a broker says no in MQTT 5: a failure code by the reason's own name (MQTT 5.0, section 2.4). */
import { SendFailure } from '../transport.ts';
import { addressOf, type SessionOptions } from './session.ts';

type Where = Pick<SessionOptions, 'host' | 'port' | 'clientId'>;

/** Of CONNACK and PUBACK. */
const REASONS: Readonly<Record<number, string>> = {
  128: 'unspecified-error',
  129: 'malformed-packet',
  130: 'protocol-error',
  131: 'implementation-specific-error',
  132: 'unsupported-protocol-version',
  133: 'client-identifier-not-valid',
  134: 'bad-user-name-or-password',
  135: 'not-authorized',
  136: 'server-unavailable',
  137: 'server-busy',
  138: 'banned',
  140: 'bad-authentication-method',
  144: 'topic-name-invalid',
  145: 'packet-identifier-in-use',
  149: 'packet-too-large',
  151: 'quota-exceeded',
  153: 'payload-format-invalid',
  154: 'retain-not-supported',
  155: 'qos-not-supported',
  156: 'use-another-server',
  157: 'server-moved',
  159: 'connection-rate-exceeded',
};

/** Those of a CONNACK that another attempt may not meet. */
export const PASSING_REASONS: readonly string[] = [
  'mqtt:server-unavailable',
  'mqtt:server-busy',
  'mqtt:quota-exceeded',
  'mqtt:connection-rate-exceeded',
];

export function refusedBecause(reason: number, where: Where): SendFailure {
  const name = nameOf(reason);
  const hint =
    name === 'unsupported-protocol-version' || reason === 1 ? '; does it speak MQTT 5? Try --mqtt 3.1.1' : '';
  return new SendFailure(
    `mqtt:${name}`,
    `${addressOf(where)} refused ${where.clientId}: ${name} (reason code ${reason})${hint}`,
  );
}

export function publishRefusedBecause(reason: number, { clientId, ...where }: Where): SendFailure {
  const name = nameOf(reason);
  return new SendFailure(
    `mqtt:${name}`,
    `${addressOf(where)} did not take a message of ${clientId}: ${name} (reason code ${reason})`,
  );
}

function nameOf(reason: number): string {
  // A broker that knows 3.1.1 alone answers with that version's code.
  return REASONS[reason] ?? (reason === 1 ? 'unsupported-protocol-version' : `reason-${reason}`);
}
