/** One device's MQTT 3.1.1 connection, whichever client library carries it. */
import type { SecureContext } from 'node:tls';
import { TextBytes } from '../../text-bytes.ts';
import type { SendFailure } from '../transport.ts';
import type { SlowLine } from './harmed-socket.ts';

export interface SessionOptions {
  readonly host: string;
  readonly port: number;
  /** The address of this machine to connect from; absent: the system's choice. */
  readonly localAddress?: string;
  readonly clientId: string;
  /** Absent: plain TCP. */
  readonly tls?: TlsOptions;
  readonly username?: string;
  readonly password?: string;
  /** AWS IoT takes 30 … 1200; 0 switches it off, where the broker allows that. */
  readonly keepAliveSeconds: number;
  readonly clean: boolean;
  /** MQTT 5; absent: 3.1.1. `mqttjs` only. */
  readonly mqtt5?: Mqtt5Options;
  /** WebSocket, over TLS, to this path and query; `mqttjs` only. */
  readonly webSocketPath?: string;
  /** From the first packet to CONNACK. */
  readonly connectTimeoutMs: number;
  /** From PUBLISH to PUBACK. */
  readonly ackTimeoutMs: number;
}

export interface Mqtt5Options {
  /** The user properties that go with a payload; absent: none. */
  readonly userProperties?: (payload: string) => Record<string, string>;
}

/** PEM texts. `cert` and `key` go together: the device's own, for mutual TLS. */
export interface TlsOptions {
  /** The authorities that may vouch for the broker; absent: the system's. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name asked for by SNI and checked against the certificate; absent: the host. */
  readonly servername?: string;
  readonly alpn?: readonly string[];
  /** Kept by the caller from one connection of a device to the next, so that the next is cheaper. */
  readonly memory?: TlsMemory;
}

/** What a reconnect can use again: the parsed certificate and key (1.7 ms of CPU), and the server's session ticket. */
export interface TlsMemory {
  context?: SecureContext;
  ticket?: Buffer;
}

/** What a message says: a text, or who writes it, the same each time. */
export type Payload = string | ((out: TextBytes) => void);

export function textOf(payload: Payload): string {
  if (typeof payload === 'string') return payload;
  const out = new TextBytes();
  payload(out);
  return out.toString();
}

export interface Session {
  /**
   * Resolves with the PUBACK (QoS 1), or once the system has taken the bytes (QoS 0). Messages leave in the order of the
   * calls. Rejects with a `SendFailure`: `no-answer` after `ackTimeoutMs`, `connection-lost`, `interrupted`, `bad-topic`;
   * or with whatever the payload's writer throws.
   * Over MQTT 5 also `mqtt:<reason>`, as the broker gave it (reasons.ts).
   * `dup` marks what may have arrived before; the device SDK cannot. It goes out under the `packetId` it had, where that is
   * given and the client lets one choose (MQTT 3.1.1, 4.4); the libraries do not.
   */
  publish(topic: string, payload: Payload, qos: 0 | 1, dup?: boolean, packetId?: number): Promise<void>;
  /** Of the last message at QoS 1; absent where a client keeps its packet ids to itself. */
  readonly packetId?: number;
  /** Resolves when the connection is lost, and says why; never after `end` or `cut`. */
  readonly lost: Promise<SendFailure>;
  /** Waits for the answers still out, then disconnects. Never rejects. */
  end(): Promise<void>;
  /** Settles what is in flight as `interrupted` and disconnects at once. Never rejects. */
  cut(): Promise<void>;
  /** Breaks the connection without a word to the broker: it is `lost`, as if the network had failed. */
  drop(): void;
  /** Faults on purpose (harmed-socket.ts); absent where a client keeps its socket to itself. */
  silence?(): void;
  slow?(): Pick<SlowLine, 'look' | 'recover'>;
}

/**
 * Connects. Rejects with a `SendFailure`: `unreachable`, `connect-timeout`, `refused`, `broker-untrusted`,
 * `certificate-rejected`, `certificate-unreadable`, `tls-failed` (the device SDK does not say which), `not-tls`, `no-free-port`, `too-many-open-files`, or `interrupted` by the signal; over MQTT 5 `mqtt:<reason>`.
 */
export type OpenSession = (options: SessionOptions, signal: AbortSignal) => Promise<Session>;

export function addressOf({ host, port }: Pick<SessionOptions, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
