import type { Target } from '../target.ts';

/** Which MQTT client carries the sessions: ours, MQTT.js, or what a real device runs. */
export type ClientName = 'lean' | 'mqttjs' | 'device-sdk';

/** All that a transport can be told: plain data, which crosses to worker threads. */
export interface TransportSettings {
  readonly target: Target;
  readonly client: ClientName;
  /** For `mqtt`: `mqtt://user:password@host:1883`, or `mqtts://`. */
  readonly broker?: string;
  /** For `iot`: by default each device's certificate; `sigv4` is WebSocket, signed with the account's keys. */
  readonly auth?: 'certificate' | 'sigv4';
  readonly mqttVersion?: '3.1.1' | '5';
  /** With MQTT 5: what an update is, as user properties. */
  readonly userProperties?: boolean;
  /** Devices publish on `<topicRoot>/<device id>`. */
  readonly topicRoot: string;
  readonly legacySwap: boolean;
  readonly qos: 0 | 1;
  readonly ackTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly keepAliveSeconds: number;
  /**
   * How long, ms from the send on, what got no answer or lost its connection is sent again, marked as a duplicate, once the
   * device is back, and what is sent meanwhile waits for that. Absent or 0: both fail at once.
   */
  readonly redeliverMs?: number;
  /** The broker keeps a device's session while it is away. */
  readonly persistentSession?: boolean;
  /** Of the random pauses before reconnecting. */
  readonly seed: number;
  /** Addresses of this machine from which devices connect, in turn; absent or none: the system's choice. `lean` only. */
  readonly localAddresses?: readonly string[];
  /** For `tracker`: how long an update may wait for others to share its request, ms; counts as service time. */
  readonly lingerMs: number;
  /** For `tracker`: requests per second of this transport (AWS: 50 per account and Region, over all workers). */
  readonly ratePerSecond?: number;
}
