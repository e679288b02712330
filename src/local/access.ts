/** Who may connect, publish and subscribe, as aedes asks it: limits, quota and the policies of the device. */
import type { AedesOptions, Client, PublishPacket } from 'aedes';
import type { QuotaKeeper, Take } from './broker-quota.ts';
import { type DeviceConnection, deviceConnection, type Principal } from './device-connection.ts';
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
  /** Certificate id or access key id, where one is known. */
  readonly principal: string | undefined;
  readonly reason: string;
}

/** Where a connection comes from. */
export interface Origin {
  readonly principal: Principal;
  readonly sourceIp: string | undefined;
}

export interface AccessOptions {
  readonly registry: Registry;
  readonly quota: QuotaKeeper;
  readonly originOf: (client: Client) => Origin;
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

export function createAccess({ registry, quota, originOf, subscriptionsOf, onRefused }: AccessOptions): Access {
  const devices = new WeakMap<Client, DeviceConnection>();
  const publishes = new WeakMap<Client, { in: Take; out: Take }>();

  const refusal = (client: Client | null, reason: string) => {
    const device = client ? devices.get(client) : undefined;
    onRefused({ clientId: device?.clientId, principal: device?.principal.id, reason });
    return new Error(reason);
  };

  return {
    deviceOf: (client) => devices.get(client),
    admitsPublish: (client) => publishes.get(client)?.in() ?? true,

    options: {
      preConnect(client, packet, done) {
        const { clientId } = packet;
        const device = deviceConnection(registry, { clientId, ...originOf(client) });
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
        else if (!quota.admitSubscribe()) {
          refusal(client, 'too many subscriptions a second');
          done(null, null);
        } else if (devices.get(client)?.may('iot:Subscribe', `topicfilter/${topic}`)) done(null, subscription);
        else {
          refusal(client, `no policy allows it to subscribe to ${topic}`);
          done(null, null);
        }
      },

      authorizeForward: (client, packet) =>
        devices.get(client)?.may('iot:Receive', `topic/${packet.topic}`) && (publishes.get(client)?.out() ?? true)
          ? packet
          : null,
    },
  };
}

function connectFault(device: DeviceConnection, quota: QuotaKeeper): { reason: string; code: number } | undefined {
  const { clientId, principal } = device;
  if (principal.kind === 'nobody') return { reason: principal.reason, code: CONNACK.notAuthorized };
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
