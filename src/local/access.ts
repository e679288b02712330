/** Who may connect, publish and subscribe, as aedes asks it: limits, quota and the policies of the device. */
import type { TLSSocket } from 'node:tls';
import type { AedesOptions, Client, PublishPacket } from 'aedes';
import type { QuotaKeeper, Take } from './broker-quota.ts';
import { type DeviceConnection, deviceConnection } from './device-connection.ts';
import type { Registry } from './iot/registry.ts';
import * as limits from './mqtt-limits.ts';

const CONNACK = {
  identifierRejected: 2,
  unavailable: 3,
  // AWS IoT says 7 to one without the right, where MQTT 3.1.1 has 5 (developer guide, MQTT).
  notAuthorized: 7,
} as const;

/** A client that was turned away, or cut off. */
export interface Refusal {
  readonly clientId: string | undefined;
  readonly certificateId: string | undefined;
  readonly reason: string;
}

export interface AccessOptions {
  readonly registry: Registry;
  readonly quota: QuotaKeeper;
  /** The certificate that the connection was opened with. */
  readonly certificateOf: (client: Client) => string;
  readonly subscriptionsOf: (client: Client) => number;
  readonly onRefused: (refusal: Refusal) => void;
}

export interface Access {
  readonly options: Required<
    Pick<AedesOptions, 'preConnect' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'>
  >;
  /** Undefined until the client's CONNECT. */
  deviceOf(client: Client): DeviceConnection | undefined;
  /** Whether the client's next PUBLISH is within its rates. */
  admitsPublish(client: Client): boolean;
}

export function createAccess({ registry, quota, certificateOf, subscriptionsOf, onRefused }: AccessOptions): Access {
  const devices = new WeakMap<Client, DeviceConnection>();
  const publishes = new WeakMap<Client, Take>();

  const refusal = (client: Client | null, reason: string) => {
    const device = client ? devices.get(client) : undefined;
    onRefused({ clientId: device?.clientId, certificateId: device?.certificateId, reason });
    return new Error(reason);
  };

  return {
    deviceOf: (client) => devices.get(client),
    admitsPublish: (client) => publishes.get(client)?.() ?? true,

    options: {
      preConnect(client, packet, done) {
        const { clientId } = packet;
        const sourceIp = (client.conn as TLSSocket).remoteAddress;
        const device = deviceConnection(registry, { clientId, certificateId: certificateOf(client), sourceIp });
        devices.set(client, device);
        const refused = connectFault(device, quota);
        if (refused === undefined) {
          publishes.set(client, quota.publishes());
          packet.keepalive = limits.keepAliveSeconds(packet.keepalive ?? 0);
          done(null, true);
          return;
        }
        const error = refusal(client, refused.reason);
        client.conn.end(Buffer.from([0x20, 2, 0, refused.code]), () => done(error, false));
      },

      // What is refused closes the connection, as it does on AWS.
      authorizePublish(client, packet, done) {
        const fault = publishFault(client ? devices.get(client) : undefined, packet);
        done(fault === undefined ? null : refusal(client, fault));
      },

      authorizeSubscribe(client, subscription, done) {
        const { topic } = subscription;
        const fault = limits.filterFault(topic) ?? subscribeFault(subscription.qos, subscriptionsOf(client));
        if (fault !== undefined) done(refusal(client, `subscribe to ${topic.slice(0, 300)}: ${fault}`));
        else if (devices.get(client)?.may('iot:Subscribe', `topicfilter/${topic}`)) done(null, subscription);
        else {
          refusal(client, `no policy allows it to subscribe to ${topic}`);
          done(null, null);
        }
      },

      authorizeForward: (client, packet) =>
        devices.get(client)?.may('iot:Receive', `topic/${packet.topic}`) ? packet : null,
    },
  };
}

function connectFault(device: DeviceConnection, quota: QuotaKeeper): { reason: string; code: number } | undefined {
  const { clientId } = device;
  const fault = limits.clientIdFault(clientId);
  if (fault !== undefined) return { reason: fault, code: CONNACK.identifierRejected };
  if (!quota.admitConnect(clientId)) return { reason: 'too many connects a second', code: CONNACK.unavailable };
  if (device.may('iot:Connect', `client/${clientId}`)) return undefined;
  return { reason: 'no policy allows it to connect', code: CONNACK.notAuthorized };
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

function subscribeFault(qos: number, open: number): string | undefined {
  if (qos > 1) return 'QoS 2 is not supported';
  if (open >= limits.MAX_SUBSCRIPTIONS) return `a connection has at most ${limits.MAX_SUBSCRIPTIONS} subscriptions`;
  return undefined;
}
