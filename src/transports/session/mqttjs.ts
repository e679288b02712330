import { type ErrorWithReasonCode, type IClientOptions, connect as mqttConnect } from 'mqtt';
import type { Beat } from './beat.ts';
import { closedEarly, interrupted, refused } from './failures.ts';
import { connecting, LibrarySession } from './library-session.ts';
import { publishRefusedBecause, refusedBecause } from './reasons.ts';
import type { OpenSession, SessionOptions } from './session.ts';

/** Longer than any time-out of ours, which say more. */
const NEVER_MS = 2 ** 31 - 1;

/** MQTT.js: for comparison, and for brokers that want more than `lean` speaks. Reconnecting is ours in any case. */
export function mqttjsSessions(beat: Beat): OpenSession {
  return async (options, signal) => {
    if (signal.aborted) throw interrupted();
    const client = mqttConnect(clientOptions(options));
    let reason: Error | undefined;
    client.on('error', (error) => {
      reason = error;
    });
    const connected = new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('close', () => reject(whyClosed(reason, options)));
    });
    await connecting(options, beat, signal, connected, () => client.end(true));
    const session = new LibrarySession(options, beat, {
      publish: (topic, payload, qos, dup) =>
        client.publishAsync(topic, payload, { qos, dup, ...propertiesOf(options, payload) }).catch((error: unknown) => {
          throw publishFailure(error, options);
        }),
      end: () => client.endAsync(),
      // Gently, it would wait for the answers still out, without end.
      cut: () => client.endAsync(true),
    });
    client.on('close', () => session.loseBy(reason));
    return session;
  };
}

function clientOptions({ host, port, clientId, clean, keepAliveSeconds, ...options }: SessionOptions): IClientOptions {
  const { tls, username, password, mqtt5, webSocketPath } = options;
  return {
    ...(webSocketPath === undefined
      ? { protocol: tls === undefined ? 'mqtt' : 'mqtts' }
      : { protocol: 'wss', path: webSocketPath }),
    host,
    port,
    clientId,
    clean,
    keepalive: keepAliveSeconds,
    protocolVersion: mqtt5 === undefined ? 4 : 5,
    reconnectPeriod: 0,
    connectTimeout: NEVER_MS,
    queueQoSZero: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls?.key === undefined ? {} : { key: tls.key }),
    ...(tls?.servername === undefined ? {} : { servername: tls.servername }),
    ...(tls?.alpn === undefined ? {} : { ALPNProtocols: [...tls.alpn] }),
  };
}

function propertiesOf({ mqtt5 }: SessionOptions, payload: string) {
  const userProperties = mqtt5?.userProperties?.(payload);
  return userProperties === undefined ? {} : { properties: { userProperties } };
}

/** A PUBACK with a reason other than success, as MQTT 5 has it; MQTT.js takes "no matching subscribers" for success. */
function publishFailure(error: unknown, options: SessionOptions): unknown {
  const code = (error as ErrorWithReasonCode | undefined)?.code;
  return options.mqtt5 && typeof code === 'number' ? publishRefusedBecause(code, options) : error;
}

function whyClosed(reason: Error | undefined, options: SessionOptions): Error {
  const code = (reason as ErrorWithReasonCode | undefined)?.code;
  if (typeof code === 'number') return options.mqtt5 ? refusedBecause(code, options) : refused(code, options);
  return reason ?? closedEarly(options);
}
