/** The stand-in's MQTT door: aedes behind mutual TLS, with AWS IoT Core's identity, policies and limits. */
import type { X509Certificate } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes';
import { certificateIdOf } from '../x509.ts';
import type { Authority } from './certificate-authority.ts';
import { type ClaimReply, claimTopics } from './claims.ts';
import { type DeviceConnection, deviceConnection } from './device-connection.ts';
import { registerJustInTime } from './iot/just-in-time.ts';
import type { Registry } from './iot/registry.ts';
import * as limits from './mqtt-limits.ts';

/** A PUBLISH that was taken. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly clientId: string;
  readonly certificateId: string;
  readonly qos: 0 | 1;
}

/** A client that was turned away, or cut off. */
export interface Refusal {
  readonly clientId: string | undefined;
  readonly certificateId: string | undefined;
  readonly reason: string;
}

export interface BrokerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly authority: Authority;
  readonly registry: Registry;
  readonly onPublish: (message: BrokerMessage) => void;
  readonly onRefused?: (refusal: Refusal) => void;
  /** How long a client may take over its TLS handshake, and then over its CONNECT. */
  readonly handshakeMs?: number;
}

export interface Broker {
  readonly port: number;
  /** Devices connected now. */
  connections(): number;
  close(): Promise<void>;
}

const HANDSHAKE_MS = 10_000;
/** A client that takes nothing of what is sent to it for so long is let go. */
const DRAIN_MS = 10_000;

/** AWS IoT answers an unauthorised CONNECT with 7, where MQTT 3.1.1 says 5 (developer guide, MQTT). */
const NOT_AUTHORIZED = 7;
const IDENTIFIER_REJECTED = 2;

/** Listens. @throws the system's error where the address is taken. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { host, port, authority, registry, onPublish, onRefused = () => {}, handshakeMs = HANDSHAKE_MS } = options;
  const devices = new WeakMap<Client, DeviceConnection>();
  const certificates = new WeakMap<object, string>();
  const claims = claimTopics(registry);

  const refusal = (client: Client | null, reason: string) => {
    const device = client ? devices.get(client) : undefined;
    onRefused({ clientId: device?.clientId, certificateId: device?.certificateId, reason });
    return new Error(reason);
  };

  const aedes = new DeviceBroker({
    connectTimeout: handshakeMs,
    drainTimeout: DRAIN_MS,

    preConnect(client, packet, done) {
      const certificateId = certificates.get(client.conn) ?? '';
      const { clientId } = packet;
      const sourceIp = (client.conn as TLSSocket).remoteAddress;
      const device = deviceConnection(registry, { clientId, certificateId, sourceIp });
      devices.set(client, device);
      const fault = limits.clientIdFault(clientId);
      const allowed = fault === undefined && device.may('iot:Connect', `client/${clientId}`);
      if (allowed) {
        packet.keepalive = limits.keepAliveSeconds(packet.keepalive ?? 0);
        done(null, true);
        return;
      }
      const error = refusal(client, fault ?? 'no policy allows it to connect');
      client.conn.end(connack(fault ? IDENTIFIER_REJECTED : NOT_AUTHORIZED), () => done(error, false));
    },

    // What is refused closes the connection, as it does on AWS.
    authorizePublish(client, packet, done) {
      const fault = publishFault(client ? devices.get(client) : undefined, packet);
      done(fault === undefined ? null : refusal(client, fault));
    },

    authorizeSubscribe(client, subscription, done) {
      const device = devices.get(client);
      const { topic, qos } = subscription;
      const open = Object.keys(subscriptionsOf(client)).length;
      const fault =
        limits.filterFault(topic) ??
        (qos > 1 ? 'QoS 2 is not supported' : undefined) ??
        (open >= limits.MAX_SUBSCRIPTIONS
          ? `a connection has at most ${limits.MAX_SUBSCRIPTIONS} subscriptions`
          : undefined);
      if (fault !== undefined) done(refusal(client, `subscribe to ${topic}: ${fault}`));
      else if (device?.may('iot:Subscribe', `topicfilter/${topic}`)) done(null, subscription);
      else {
        refusal(client, `no policy allows it to subscribe to ${topic}`);
        done(null, null);
      }
    },

    authorizeForward: (client, packet) =>
      devices.get(client)?.may('iot:Receive', `topic/${packet.topic}`) ? packet : null,
  });
  aedes.taken = (client, { topic, payload, qos }) => {
    const device = devices.get(client);
    if (!device) return;
    const claim = topic.startsWith('$aws/') ? claims.answer(topic, payload as Buffer) : undefined;
    if (claim) {
      void claim.then((reply) => deliver(client, reply));
      return;
    }
    const { clientId, certificateId } = device;
    onPublish({ topic, payload: payload as Buffer, clientId, certificateId, qos: qos as 0 | 1 });
  };
  await aedes.listen();

  const { certPem, keyPem } = authority.serverCredentials([host]);
  const server = createServer({
    cert: certPem,
    key: keyPem,
    ca: authority.caPem,
    requestCert: true,
    // A registered certificate counts, whoever signed it: the check is ours, below.
    rejectUnauthorized: false,
    handshakeTimeout: handshakeMs,
    noDelay: true,
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error, socket) => {
    onRefused({ clientId: undefined, certificateId: undefined, reason: `TLS: ${error.message}` });
    socket.destroy(); // Node leaves one whose handshake took too long
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {}); // its end is what counts, and aedes sees that
    const certificate = socket.getPeerX509Certificate();
    const certificateId = certificate && certificateIdOf(certificate.raw);
    if (certificateId !== undefined && registry.activeCertificate(certificateId)) {
      certificates.set(socket, certificateId);
      boundUndecoded(aedes.handle(socket));
      return;
    }
    const reason = certificate ? refuseCertificate(registry, certificate) : 'it showed no certificate';
    onRefused({ clientId: undefined, certificateId, reason });
    socket.destroy();
  });

  // Devices come by the thousand at once; the system cuts the backlog to its own bound.
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });

  return {
    port: (server.address() as AddressInfo).port,
    connections: () => aedes.connectedClients,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function refuseCertificate(registry: Registry, certificate: X509Certificate): string {
  const known = registry.certificates.certificates.get(certificateIdOf(certificate.raw)) !== undefined;
  const registered = known ? undefined : registerJustInTime(registry, certificate);
  return registered ?? 'its certificate is not registered, or not active';
}

function publishFault(device: DeviceConnection | undefined, packet: PublishPacket): string | undefined {
  const { topic, payload, qos, retain } = packet;
  if (!device) return 'nobody publishes it';
  if (qos > 1) return 'QoS 2 is not supported';
  if (payload.length > limits.MAX_PAYLOAD_BYTES) return `a payload of ${payload.length} bytes is more than 128 KB`;
  const fault = limits.topicFault(topic);
  if (fault !== undefined) return `publish to ${topic.slice(0, 300)}: ${fault}`;
  if (!device.may('iot:Publish', `topic/${topic}`)) return `no policy allows it to publish to ${topic}`;
  if (retain && !device.may('iot:RetainPublish', `topic/${topic}`)) return `no policy allows it to retain on ${topic}`;
  return undefined;
}

/** Hands a client what is for it alone, where it has subscribed to that. */
function deliver(client: Client, { topic, payload }: ClaimReply): void {
  if (client.closed || !(topic in subscriptionsOf(client))) return;
  const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, dup: false, retain: false } as const;
  client.publish(packet, () => {});
}

/** By topic filter. aedes has them, and does not say so in its types. */
function subscriptionsOf(client: Client): object {
  return (client as unknown as { subscriptions: object }).subscriptions;
}

function connack(code: number): Buffer {
  return Buffer.from([0x20, 2, 0, code]);
}

/**
 * A client may announce a packet of up to 256 MB, and aedes would keep all that comes until it is whole. It has no
 * setting for that, so this watches what its parser still holds after each piece.
 */
function boundUndecoded(client: Client): void {
  const { _parser: parser } = client as unknown as { _parser: { parse(piece: Buffer): number } };
  const parse = parser.parse.bind(parser);
  parser.parse = (piece) => {
    const undecoded = parse(piece);
    if (undecoded > limits.MAX_PACKET_BYTES) client.emit('error', new Error('a packet larger than any that is taken'));
    return undecoded;
  };
}

/**
 * aedes, told of each message that a device publishes. While nobody has ever subscribed and nothing is retained, a
 * message has nowhere to go but there, and does without aedes's tries, emitter and queues.
 */
class DeviceBroker extends Aedes {
  taken: (client: Client, packet: PublishPacket) => void = () => {};
  #subscribers = false;

  constructor(options: AedesOptions) {
    super(options);
    this.on('subscribe', () => {
      this.#subscribers = true;
    });
  }

  override publish(packet: PublishPacket, ...rest: unknown[]): void {
    const [client, done] = rest as [Client | undefined, (error?: Error) => void];
    const fromDevice = typeof client === 'object' && client !== null;
    if (fromDevice) this.taken(client, packet);
    if (fromDevice && !this.#subscribers && !packet.retain) setImmediate(done);
    else (super.publish as (...all: unknown[]) => void)(packet, ...rest);
  }
}
