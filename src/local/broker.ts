/** The stand-in's MQTT door: aedes behind mutual TLS, with AWS IoT Core's identity, policies and limits. */
import type { X509Certificate } from 'node:crypto';
import type { Client, PublishPacket } from 'aedes';
import { certificateIdOf } from '../x509.ts';
import { createAccess, type Refusal } from './access.ts';
import { type BrokerQuota, quotaKeeper } from './broker-quota.ts';
import type { Authority } from './certificate-authority.ts';
import { claimTopics } from './claims.ts';
import { DeviceBroker } from './device-broker.ts';
import { registerJustInTime } from './iot/just-in-time.ts';
import type { Registry } from './iot/registry.ts';
import { openTlsDoor } from './tls-door.ts';

export type { Refusal } from './access.ts';

/** A PUBLISH that was taken. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly clientId: string;
  readonly certificateId: string;
  readonly qos: 0 | 1;
}

export interface BrokerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly authority: Authority;
  readonly registry: Registry;
  readonly onPublish: (message: BrokerMessage) => void;
  readonly onRefused?: (refusal: Refusal) => void;
  /** Rates to hold devices to; by default none. */
  readonly quota?: BrokerQuota | undefined;
  /** How long a client may take over its TLS handshake, and then over its CONNECT. */
  readonly handshakeMs?: number;
}

export interface Broker {
  readonly port: number;
  /** Devices connected now. */
  connections(): number;
  /** Publishes in the service's own name, to whoever subscribes and may receive it. */
  publish(topic: string, payload: Buffer, qos: 0 | 1): void;
  close(): Promise<void>;
}

/** Ten thousand devices that come at once are through in about this, on two cores; a client that says nothing costs little. */
const HANDSHAKE_MS = 60_000;
/** A client that takes nothing of what is sent to it for so long is let go. */
const DRAIN_MS = 10_000;

/** Listens. @throws the system's error where the address is taken. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { host, port, authority, registry, onPublish, onRefused = () => {}, handshakeMs = HANDSHAKE_MS } = options;
  const certificates = new WeakMap<object, string>();
  const claims = claimTopics(registry);
  const access = createAccess({
    registry,
    quota: quotaKeeper(options.quota, registry.now),
    certificateOf: (client) => certificates.get(client.conn) ?? '',
    subscriptionsOf: (client) => aedes.subscriptions(client),
    onRefused,
  });
  const aedes = new DeviceBroker({ ...access.options, connectTimeout: handshakeMs, drainTimeout: DRAIN_MS });
  aedes.admits = access.admitsPublish;
  aedes.taken = (client: Client, { topic, payload, qos }: PublishPacket) => {
    const device = access.deviceOf(client);
    if (!device) return;
    const claim = topic.startsWith('$aws/') ? claims.answer(topic, payload as Buffer) : undefined;
    if (claim) {
      void claim.then((reply) => aedes.deliver(client, reply.topic, reply.payload));
      return;
    }
    const { clientId, certificateId } = device;
    onPublish({ topic, payload: payload as Buffer, clientId, certificateId, qos: qos as 0 | 1 });
  };
  await aedes.listen();

  const nobody = { clientId: undefined, certificateId: undefined };
  const door = await openTlsDoor({
    host,
    port,
    ...authority.serverCredentials([host]),
    caPem: authority.caPem,
    handshakeMs,
    onFailure: (message) => onRefused({ ...nobody, reason: `TLS: ${message}` }),
    onSocket(socket) {
      const certificate = socket.getPeerX509Certificate();
      const certificateId = certificate && certificateIdOf(certificate.raw);
      if (certificateId !== undefined && registry.activeCertificate(certificateId)) {
        certificates.set(socket, certificateId);
        aedes.handle(socket);
        return;
      }
      const reason = certificate ? refuseCertificate(registry, certificate) : 'it showed no certificate';
      onRefused({ ...nobody, certificateId, reason });
      socket.destroy();
    },
  }).catch((error) => {
    aedes.close();
    throw error;
  });

  return {
    port: door.port,
    connections: () => aedes.connectedClients,
    publish: (topic, payload, qos) =>
      aedes.publish({ cmd: 'publish', topic, payload, qos, dup: false, retain: false }, () => {}),
    async close() {
      await new Promise<void>((resolve) => aedes.close(resolve));
      await door.close();
    },
  };
}

function refuseCertificate(registry: Registry, certificate: X509Certificate): string {
  const known = registry.certificates.certificates.get(certificateIdOf(certificate.raw)) !== undefined;
  const registered = known ? undefined : registerJustInTime(registry, certificate);
  return registered ?? 'its certificate is not registered, or not active';
}
