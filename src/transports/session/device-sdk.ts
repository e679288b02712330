import { isIPv6 } from 'node:net';
import { io, mqtt } from 'aws-iot-device-sdk-v2';
import { messageOf } from '../../errors.ts';
import { SendFailure } from '../transport.ts';
import type { Beat } from './beat.ts';
import { closedEarly, interrupted } from './failures.ts';
import { connecting, LibrarySession } from './library-session.ts';
import { addressOf, type OpenSession, type SessionOptions } from './session.ts';

/**
 * The AWS IoT device SDK, MQTT 3.1.1: what a real device runs. Its work is done by native threads, and ending a worker
 * thread that still holds a connection crashes the process: `end` or `cut` first, always.
 */
export function deviceSdkSessions(beat: Beat): OpenSession {
  const client = new mqtt.MqttClient();
  return async (options, signal) => {
    if (signal.aborted) throw interrupted();
    const connection = client.new_connection(connectionConfig(options));
    const disconnect = () => connection.disconnect();
    const connected = connection.connect().catch((error: unknown) => {
      throw crtFailure(error, options);
    });
    await connecting(options, beat, signal, connected, () => void disconnect().catch(() => {}));
    const session = new LibrarySession(options, beat, {
      publish: (topic, payload, qos) => connection.publish(topic, payload, qos),
      end: disconnect,
      cut: disconnect,
    });
    // The SDK would now reconnect by itself and send again what was not answered; here that is the caller's business.
    connection.on('interrupt', (error) => session.loseBy(error));
    return session;
  };
}

function connectionConfig(options: SessionOptions): mqtt.MqttConnectionConfig {
  const { host, port, clientId, clean, keepAliveSeconds, connectTimeoutMs, username, password } = options;
  const domain = isIPv6(host) ? io.SocketDomain.IPV6 : io.SocketDomain.IPV4;
  return {
    client_id: clientId,
    host_name: host,
    port,
    clean_session: clean,
    keep_alive: keepAliveSeconds,
    // Must be shorter than the keep-alive.
    ping_timeout: Math.min(3000, Math.max(1, keepAliveSeconds) * 500),
    socket_options: new io.SocketOptions(io.SocketType.STREAM, domain, connectTimeoutMs),
    // It would report itself in the user name, which other brokers than AWS's take for a user.
    disable_metrics: true,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(options.tls === undefined ? {} : { tls_ctx: tlsContext(options.tls) }),
  };
}

function tlsContext({ ca, cert, key, alpn }: NonNullable<SessionOptions['tls']>): io.ClientTlsContext {
  try {
    const tls =
      cert === undefined || key === undefined
        ? new io.TlsContextOptions()
        : io.TlsContextOptions.create_client_with_mtls(cert, key);
    if (ca !== undefined) tls.override_default_trust_store(ca);
    if (alpn !== undefined) tls.alpn_list.push(...alpn);
    return new io.ClientTlsContext(tls);
  } catch (error) {
    throw new SendFailure(
      'certificate-unreadable',
      `certificate, key or authority is not what it should be: ${messageOf(error)}`,
      error,
    );
  }
}

/**
 * The SDK rejects with a text that holds the error's name (`AWS_IO_…`, `AWS_ERROR_MQTT_…`), and says of a failed
 * handshake only that it failed.
 */
function crtFailure(error: unknown, options: SessionOptions): SendFailure {
  const at = addressOf(options);
  const text = messageOf(error);
  if (/AWS_IO_TLS/.test(text)) {
    return new SendFailure(
      'tls-failed',
      `no TLS with ${at}: the given authority did not sign its certificate for this name, or it does not take ours (${text})`,
      error,
    );
  }
  if (/AWS_IO_(SOCKET|DNS)/.test(text) && !/SOCKET_CLOSED/.test(text))
    return new SendFailure('unreachable', `cannot reach ${at}: ${text}`, error);
  if (/rejected connection/.test(text))
    return new SendFailure(
      'refused',
      `${at} refused ${options.clientId} (the SDK does not say with which code)`,
      error,
    );
  return new SendFailure('refused', `${closedEarly(options).message} (${text})`, error);
}
