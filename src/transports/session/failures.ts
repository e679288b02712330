/** What went wrong with a connection, in codes that can be counted and words that say what to do. */
import { codeOf, messageOf } from '../../errors.ts';
import { SendFailure } from '../transport.ts';
import { addressOf, type SessionOptions } from './session.ts';

type Where = Pick<SessionOptions, 'host' | 'port' | 'clientId' | 'tls'>;

/** OpenSSL's names for "I do not trust this certificate" (`X509_V_ERR_…`, as Node gives them). */
const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)|CERT_(SIGNATURE_FAILURE|UNTRUSTED|REJECTED|CHAIN_TOO_LONG)|INVALID_CA|ERR_TLS_CERT_ALTNAME_INVALID)/;

/** MQTT 3.1.1, table 3.1; 7 is what AWS IoT sends where the specification says 5. */
const CONNACK: Readonly<Record<number, string>> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it does not accept the client id',
  3: 'it is unavailable',
  4: 'the user name or password is wrong',
  5: 'the device is not authorised',
  7: 'the device is not authorised',
};

/** Why a connection did not come about. */
export function connectFailure(error: unknown, where: Where): SendFailure {
  if (error instanceof SendFailure) return error;
  const at = addressOf(where);
  const code = codeOf(error) ?? '';
  const text = messageOf(error);
  const failure = (name: string, message: string) => new SendFailure(name, message, error);
  if (UNTRUSTED.test(code)) {
    return failure(
      'broker-untrusted',
      `${at} shows a certificate that the given authority did not sign for this name: ${text}`,
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return failure('broker-untrusted', `${at} shows a certificate outside its dates: ${text}`);
  if (/^ERR_SSL_.*ALERT/.test(code) && !/PROTOCOL_VERSION|HANDSHAKE_FAILURE/.test(code))
    return failure('certificate-rejected', `${at} does not accept the certificate of ${where.clientId}: ${text}`);
  if (/^ERR_SSL_|^EPROTO$/.test(code))
    return failure('not-tls', `${at} does not speak the TLS that was tried; is it the right port? ${text}`);
  if (code === 'EMFILE' || code === 'ENFILE')
    return failure('too-many-open-files', 'the limit of open files is reached; raise it with "ulimit -n"');
  // The second where the socket was bound to an address before.
  if (code === 'EADDRNOTAVAIL' || code === 'EADDRINUSE')
    return failure('no-free-port', `no local port is left for another connection to ${at}`);
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === '') return closedEarly(where);
  return failure('unreachable', `cannot reach ${at}: ${text}`);
}

/** AWS IoT answers a certificate or client id that its policy does not allow by closing. */
export function closedEarly(where: Where): SendFailure {
  return new SendFailure(
    'refused',
    `${addressOf(where)} closed the connection before it answered CONNECT of ${where.clientId}${
      where.tls ? '; is the certificate active, and does a policy allow this client id?' : ''
    }`,
  );
}

export function refused(returnCode: number, where: Where): SendFailure {
  const why = CONNACK[returnCode] ?? 'it gives no known reason';
  return new SendFailure('refused', `${addressOf(where)} refused ${where.clientId}: ${why} (code ${returnCode})`);
}

export function connectTimeout(timeoutMs: number, where: Where): SendFailure {
  return new SendFailure('connect-timeout', `${addressOf(where)} did not answer CONNECT within ${timeoutMs} ms`);
}

export function lost(reason: unknown, where: Where): SendFailure {
  const why = reason === undefined ? 'closed' : messageOf(reason);
  return new SendFailure(
    'connection-lost',
    `connection of ${where.clientId} to ${addressOf(where)} lost: ${why}`,
    reason,
  );
}

export function interrupted(): SendFailure {
  return new SendFailure('interrupted', 'cut off by the end of the run');
}

/** What came is no packet of MQTT. */
export function notMqtt(error: unknown): SendFailure {
  return new SendFailure('refused', messageOf(error), error);
}
