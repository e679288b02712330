import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { codeOf, SetupError } from '../errors.ts';
import { decode, topicOf, writePayload } from '../wire.ts';
import { parseBroker } from './broker-address.ts';
import type { WithConnections } from './connections.ts';
import { type DeviceSessions, deviceSessions } from './device-sessions.ts';
import { addressInTurn } from './local-addresses.ts';
import { sessionsOf } from './session/index.ts';
import type { Mqtt5Options, SessionOptions } from './session/session.ts';
import type { TransportSettings } from './settings.ts';
import type { Transport } from './transport.ts';

/** Any MQTT broker, plain or over TLS, with one user name for all: `--broker mqtt://user:password@host:1883`. */
export async function mqttTransport(settings: TransportSettings, clock: Clock): Promise<Transport> {
  const broker = parseBroker(settings.broker);
  const ca = broker.tls ? await readAuthority(settings.target.caFile) : undefined;
  const from = addressInTurn(settings.localAddresses);
  const sessions = deviceSessions({
    open: await sessionsOf(settings.client, clock, settings),
    clock,
    seed: settings.seed,
    ...patienceOf(settings),
    optionsOf: (deviceId): SessionOptions => ({
      ...sessionDefaults(deviceId, settings),
      ...from(deviceId),
      host: broker.host,
      port: broker.port,
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
      ...(broker.tls ? { tls: ca === undefined ? {} : { ca } } : {}),
    }),
  });
  return overSessions(sessions, settings);
}

/** What every session of a run has in common. */
export function sessionDefaults(clientId: string, settings: TransportSettings) {
  const { keepAliveSeconds, connectTimeoutMs, ackTimeoutMs, persistentSession = false } = settings;
  const session = { clientId, clean: !persistentSession, keepAliveSeconds, connectTimeoutMs, ackTimeoutMs };
  return settings.mqttVersion === '5' ? { ...session, mqtt5: mqtt5Of(settings) } : session;
}

function mqtt5Of({ userProperties }: TransportSettings): Mqtt5Options {
  if (!userProperties) return {};
  return {
    userProperties(payload) {
      const { deviceId, seq, sampleTime } = decode(JSON.parse(payload));
      return { device: deviceId, ...(seq === undefined ? {} : { seq: String(seq) }), sampleTime: String(sampleTime) };
    },
  };
}

/** How long a send waits for its device to come back. */
export function patienceOf({ redeliverMs = 0 }: TransportSettings): { patienceMs: number } {
  return { patienceMs: redeliverMs };
}

/** Each device publishes on its own topic over its own session. */
export function overSessions(
  sessions: DeviceSessions,
  { topicRoot, legacySwap, qos }: TransportSettings,
): Transport & WithConnections {
  const wire = { legacySwap };
  // One text a device: joining it anew, the session would have to compare it letter by letter with the one before.
  const topics = new Map<string, string>();
  const topicFor = (deviceId: string) => {
    const topic = topicOf(deviceId, topicRoot);
    topics.set(deviceId, topic);
    return topic;
  };
  return {
    connect: sessions.connect,
    send: (update) => {
      const topic = topics.get(update.deviceId) ?? topicFor(update.deviceId);
      return sessions.publish(update.deviceId, topic, (out) => writePayload(out, update, wire), qos);
    },
    close: sessions.close,
    connections: sessions.connections,
  };
}

/** The authorities in a PEM file; none where there is no file. @throws SetupError */
export async function readAuthority(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new SetupError(`cannot read the authority's certificate ${file} (${codeOf(error) ?? 'error'})`, {
      cause: error,
      hint: 'The target names it as caFile. If a stand-in wrote it, is that stand-in still running?',
    });
  }
}
