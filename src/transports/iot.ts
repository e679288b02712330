import { X509Certificate } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { messageOf, UsageError } from '../errors.ts';
import { type DeviceCredentials, openCredentialStore } from '../fleet/credential-store.ts';
import { webSocketSigner } from '../signed-query.ts';
import { deviceSessions } from './device-sessions.ts';
import { addressInTurn } from './local-addresses.ts';
import { overSessions, patienceOf, readAuthority, sessionDefaults } from './mqtt.ts';
import { sessionsOf } from './session/index.ts';
import type { SessionOptions, TlsMemory } from './session/session.ts';
import type { TransportSettings } from './settings.ts';
import { SendFailure, type Transport } from './transport.ts';

/**
 * AWS IoT Core as a device meets it: MQTT over mutual TLS with the device's own certificate, client id = thing name.
 * @throws UsageError where the target cannot do what is asked
 */
export async function iotTransport(settings: TransportSettings, clock: Clock): Promise<Transport> {
  if (settings.mqttVersion === '5' && settings.target.pid !== undefined) {
    throw new UsageError(`the broker of the stand-in ${settings.target.name} speaks MQTT 3.1.1 alone`, {
      hint: 'Leave --mqtt 5 out, or give it another broker (--transport mqtt --broker).',
    });
  }
  if (settings.auth === 'sigv4') return signedTransport(settings, clock);
  const { mqttHost, mqttPort, caFile, credentialsDir } = settings.target;
  const ca = await readAuthority(caFile);
  const open = await sessionsOf(settings.client, clock, settings);
  const store = openCredentialStore(credentialsDir);
  const from = addressInTurn(settings.localAddresses);
  const memories = new Map<string, TlsMemory>();

  const sessions = deviceSessions({
    open,
    clock,
    seed: settings.seed,
    ...patienceOf(settings),
    optionsOf(deviceId): SessionOptions {
      const credentials = store.get(deviceId);
      checkCertificate(deviceId, credentials, settings.target.name, clock.now());
      const memory = memories.get(deviceId) ?? {};
      memories.set(deviceId, memory);
      const { certificatePem: cert, privateKeyPem: key, thingName } = credentials;
      return {
        ...sessionDefaults(thingName, settings),
        ...from(deviceId),
        host: mqttHost,
        port: mqttPort,
        tls: { ...(ca === undefined ? {} : { ca }), cert, key, memory, ...alpnOf(mqttPort) },
      };
    },
  });
  const transport = overSessions(sessions, settings);
  return {
    ...transport,
    async close() {
      await transport.close();
      store.close();
    },
  };
}

/**
 * The same without certificates: MQTT over WebSocket, signed with the account's keys. Whose they are needs iot:Connect on
 * each client id, and iot:Publish on each topic, in an IAM policy.
 */
async function signedTransport(settings: TransportSettings, clock: Clock): Promise<Transport> {
  const { mqttHost, httpsPort = 443, caFile, region, accessKeyId, secretAccessKey } = settings.target;
  const ca = await readAuthority(caFile);
  const own = accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
  const [open, sign] = await Promise.all([sessionsOf(settings.client, clock, settings), webSocketSigner(region, own)]);
  const sessions = deviceSessions({
    open,
    clock,
    seed: settings.seed,
    ...patienceOf(settings),
    async optionsOf(deviceId): Promise<SessionOptions> {
      const webSocketPath = await sign(httpsPort === 443 ? mqttHost : `${mqttHost}:${httpsPort}`).catch((error) => {
        throw new SendFailure('no-credentials', `cannot sign for ${mqttHost}: ${messageOf(error)}`, error);
      });
      return {
        ...sessionDefaults(deviceId, settings),
        host: mqttHost,
        port: httpsPort,
        webSocketPath,
        tls: ca === undefined ? {} : { ca },
      };
    },
  });
  return overSessions(sessions, settings);
}

/** On its HTTPS port AWS IoT tells MQTT by this name (developer guide, "Device communication protocols"). */
function alpnOf(port: number): { alpn?: string[] } {
  return port === 443 ? { alpn: ['x-amzn-mqtt-ca'] } : {};
}

/** A broker only hangs up on an expired certificate; here it can be said why. @throws SendFailure */
function checkCertificate(
  deviceId: string,
  credentials: DeviceCredentials | undefined,
  target: string,
  now: number,
): asserts credentials is DeviceCredentials {
  if (credentials === undefined) {
    throw new SendFailure(
      'no-certificate',
      `${deviceId} has no certificate for ${target}; "simctl provision" makes one`,
    );
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(credentials.certificatePem);
  } catch (error) {
    throw new SendFailure('certificate-unreadable', `the stored certificate of ${deviceId} cannot be read`, error);
  }
  const { validFrom, validTo } = certificate;
  if (Date.parse(validTo) < now || Date.parse(validFrom) > now) {
    throw new SendFailure(
      'certificate-expired',
      `the certificate of ${deviceId} is valid from ${validFrom} to ${validTo}; remove the fleet and provision it anew`,
    );
  }
}
