/** The stand-in's MQTT door: aedes behind mutual TLS, with AWS IoT Core's identity, policies and limits. */
import type { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Client, PublishPacket } from 'aedes';
import { certificateIdOf } from '../x509.ts';
import { createAccess, type Origin, type Refusal } from './access.ts';
import { type BrokerQuota, quotaKeeper } from './broker-quota.ts';
import type { Authority } from './certificate-authority.ts';
import { type ClaimReply, claimTopics } from './claims.ts';
import { DeviceBroker } from './device-broker.ts';
import { registerJustInTime } from './iot/just-in-time.ts';
import type { Registry } from './iot/registry.ts';
import { persistentSessions, type SessionBounds } from './persistent-sessions.ts';
import { openTlsDoor } from './tls-door.ts';

export type { Refusal } from './access.ts';

/** A PUBLISH that was taken. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly clientId: string;
  /** Certificate id, or access key id. */
  readonly principal: string;
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
  /** What an answer to a device waits for: that what was made for it is kept. */
  readonly settled?: () => Promise<unknown> | undefined;
  /** How long a client may take over its TLS handshake, and then over its CONNECT. */
  readonly handshakeMs?: number;
  /** How many may be in their handshake at once. */
  readonly maxHandshakes?: number;
  readonly sessions?: SessionBounds;
}

export interface Broker {
  readonly port: number;
  /** Devices connected now. */
  connections(): number;
  /** Publishes in the service's own name, to whoever subscribes and may receive it. */
  publish(topic: string, payload: Buffer, qos: 0 | 1): void;
  /** Takes a TLS connection from another door: a device, by the certificate that it showed. */
  acceptDevice(socket: TLSSocket): void;
  /** Takes a connection whose owner another door has found out. */
  accept(stream: Duplex, origin: Origin): void;
  /** What is kept of clients that are away. */
  kept(): { readonly away: number; readonly queued: number; readonly retained: number };
  close(): Promise<void>;
}

/** Ten thousand devices that come at once are through in about this, on two cores; a client that says nothing costs little. */
export const HANDSHAKE_MS = 60_000;
/** A client that takes nothing of what is sent to it for so long is let go. */
const DRAIN_MS = 10_000;

const NOBODY: Origin = { principal: { kind: 'nobody', id: '', reason: 'nobody knows it' }, sourceIp: undefined };

/** Listens. @throws the system's error where the address is taken. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { host, port, authority, registry, onPublish, onRefused = () => {}, handshakeMs = HANDSHAKE_MS } = options;
  const { settled = () => undefined } = options;
  const origins = new WeakMap<object, Origin>();
  const byCertificate = new Map<string, Set<Duplex>>();
  const claims = claimTopics(registry);
  const quota = quotaKeeper(options.quota, registry.now);
  const sessions = persistentSessions(registry.now, options.sessions);
  const access = createAccess({
    registry,
    quota,
    originOf: (client) => origins.get(client.conn) ?? NOBODY,
    subscriptionsOf: (client) => aedes.subscriptions(client),
    onRefused,
  });
  const aedes = new DeviceBroker({
    ...access.options,
    connectTimeout: handshakeMs,
    drainTimeout: DRAIN_MS,
    persistence: sessions.store,
  });
  sessions.follow(aedes);
  aedes.on('error' as 'closed', () => {}); // what fails in aedes's own housekeeping must not end the process
  aedes.admits = access.admitsPublish;
  aedes.meter = quota.meter;
  aedes.taken = (client: Client, { topic, payload, qos }: PublishPacket) => {
    const device = access.deviceOf(client);
    if (!device) return;
    const claim = topic.startsWith('$aws/') ? claims.answer(topic, payload as Buffer) : undefined;
    if (claim) {
      const deliver = (reply: ClaimReply) => aedes.deliver(client, reply.topic, reply.payload);
      // Where it cannot be kept there is no answer; the device asks again.
      void claim.then((reply) =>
        Promise.resolve(settled()).then(
          () => deliver(reply),
          () => {},
        ),
      );
      return;
    }
    const { clientId, principal } = device;
    onPublish({ topic, payload: payload as Buffer, clientId, principal: principal.id, qos: qos as 0 | 1 });
  };
  await aedes.listen();

  function accept(stream: Duplex, origin: Origin): void {
    const { kind, id } = origin.principal;
    sessions.expire();
    origins.set(stream, origin);
    if (kind === 'certificate') {
      const streams = byCertificate.get(id) ?? new Set();
      byCertificate.set(id, streams.add(stream));
      stream.once('close', () => {
        streams.delete(stream);
        if (streams.size === 0 && byCertificate.get(id) === streams) byCertificate.delete(id);
      });
    }
    aedes.handle(stream);
  }

  function acceptDevice(socket: TLSSocket): void {
    const certificate = socket.getPeerX509Certificate();
    const id = certificate && certificateIdOf(certificate.raw);
    if (id !== undefined && registry.activeCertificate(id)) {
      accept(socket, { principal: { kind: 'certificate', id }, sourceIp: socket.remoteAddress });
      return;
    }
    const reason = certificate ? refuseCertificate(registry, certificate) : 'it showed no certificate';
    onRefused({ clientId: undefined, principal: id, reason });
    socket.destroy();
  }

  // AWS says "within a few minutes" (UpdateCertificate); at once is one of them.
  const cutOff = (certificateId: string) => {
    for (const stream of byCertificate.get(certificateId) ?? []) {
      onRefused({ clientId: undefined, principal: certificateId, reason: 'its certificate is not active any more' });
      stream.destroy();
    }
  };
  registry.onBarred.add(cutOff);

  const door = await openTlsDoor({
    host,
    port,
    ...authority.serverCredentials([host]),
    caPem: authority.caPem,
    handshakeMs,
    ...(options.maxHandshakes === undefined ? {} : { maxHandshakes: options.maxHandshakes }),
    onFailure: (message) => onRefused({ clientId: undefined, principal: undefined, reason: `TLS: ${message}` }),
    onSocket: acceptDevice,
  }).catch((error) => {
    aedes.close();
    throw error;
  });

  return {
    port: door.port,
    connections: () => aedes.connectedClients,
    publish: (topic, payload, qos) =>
      aedes.publish({ cmd: 'publish', topic, payload, qos, dup: false, retain: false }, () => {}),
    acceptDevice,
    accept,
    kept: sessions.counts,
    async close() {
      registry.onBarred.delete(cutOff);
      await new Promise<void>((resolve) => aedes.close(resolve));
      await door.close();
    },
  };
}

function refuseCertificate(registry: Registry, certificate: X509Certificate): string {
  const known = registry.certificates.certificates.get(certificateIdOf(certificate.raw)) !== undefined;
  const registered = known ? undefined : registerJustInTime(registry, certificate);
  return registered ?? 'its certificate is not registered, not active, or not within its dates';
}
