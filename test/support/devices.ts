import { generateKeyPairSync } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import mqtt from 'mqtt';
import type { Authority } from '../../src/local/certificate-authority.ts';
import type { Registry } from '../../src/local/iot/registry.ts';
import { createCsr, nameOf, toPem } from '../../src/x509.ts';
import { ARN } from './stand-in-iot.ts';

export interface TestDevice {
  readonly id: string;
  readonly cert: string;
  readonly key: string;
  readonly certificateId: string;
  readonly certificateArn: string;
}

/** The least-privilege policy of a courier, as provisioning writes it. */
export const OWN_TOPIC_ONLY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'iot:Connect',
      Resource: `${ARN}client/\${iot:Connection.Thing.ThingName}`,
      Condition: { Bool: { 'iot:Connection.Thing.IsAttached': ['true'] } },
    },
    {
      Effect: 'Allow',
      Action: 'iot:Publish',
      Resource: `${ARN}topic/simUploadLocation/\${iot:Connection.Thing.ThingName}`,
    },
  ],
});

export function newCsr(commonName: string): { csr: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const csr = createCsr(nameOf(commonName), publicKey.export({ type: 'spki', format: 'der' }), privateKey);
  return { csr: toPem('CERTIFICATE REQUEST', csr), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

/** A thing with a certificate and the policies named, straight into the registry. */
export function addDevice(registry: Registry, id: string, policies: string[]): TestDevice {
  const { csr, key } = newCsr(id);
  const certificate = registry.certificates.createFromCsr(csr, true);
  registry.things.create({ name: id, typeName: undefined, attributes: {}, billingGroupName: undefined });
  registry.attachThing(id, certificate.arn);
  for (const policy of policies) registry.attachPolicy(policy, certificate.arn);
  return { id, cert: certificate.pem, key, certificateId: certificate.id, certificateArn: certificate.arn };
}

/** An MQTT.js connection that does not come back by itself. */
export function connectDevice(
  port: number,
  authority: Pick<Authority, 'caPem'>,
  device: Pick<TestDevice, 'cert' | 'key'>,
  options: mqtt.IClientOptions & { clientId: string },
): Promise<mqtt.MqttClient> {
  return mqtt.connectAsync(
    `mqtts://localhost:${port}`,
    {
      ca: authority.caPem,
      cert: device.cert,
      key: device.key,
      reconnectPeriod: 0,
      protocolVersion: 4,
      ...options,
    },
    false,
  );
}

/** The arguments of the client's next event of that name. */
export function next(client: mqtt.MqttClient, event: 'close' | 'message'): Promise<unknown[]> {
  return new Promise((resolve) => {
    client.once(event, (...args: unknown[]) => resolve(args));
  });
}

/** A bare TLS connection, for what no MQTT client would send. */
export function rawSocket(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ host: 'localhost', port, ...options }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Resolves once the other side has ended the connection, by whatever means. */
export function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.once('close', () => resolve());
    socket.resume();
  });
}
