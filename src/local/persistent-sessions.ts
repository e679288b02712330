/**
 * What the broker keeps of clients that connect with `clean: false`, while they are away: as long as AWS does (developer
 * guide, "MQTT persistent sessions"), and never more than fits. aedes alone would keep all of it for good.
 */
import { Readable } from 'node:stream';
import type { Aedes, Client } from 'aedes';
import * as persistence from 'aedes-persistence';

/** Its types know neither the function that it exports, nor that aedes uses its methods for promises. */
const { default: createMemory } = persistence as unknown as { default: () => Record<string, Method> };
type Method = (...args: never[]) => Promise<unknown>;

/** The default of an account. */
const EXPIRY_MS = 3_600_000;

export interface SessionBounds {
  /** Of those who are away, the one that has been so for longest is forgotten beyond this. */
  readonly maxAway: number;
  /** Messages that wait for one session; those that come then are lost to it. */
  readonly maxQueued: number;
  /** Bytes that wait for all of them. */
  readonly maxBytes: number;
  /** AWS's quota "Retained messages per account". */
  readonly maxRetained: number;
}

/** Our own: AWS names none but the last. */
export const SESSION_BOUNDS: SessionBounds = {
  maxAway: 10_000,
  maxQueued: 1000,
  maxBytes: 256 * 1024 * 1024,
  maxRetained: 5000,
};

interface Queued {
  readonly topic: string;
  readonly payload: Buffer;
  messageId?: number | undefined;
  readonly brokerId?: string;
  readonly brokerCounter?: number;
}

interface ClientId {
  readonly clientId: string;
}

type Identified = Pick<Client, 'id'>;

export interface PersistentSessions {
  /** For aedes. */
  readonly store: object;
  /** Lets the sessions end whose time is over. */
  expire(): void;
  /** Minds who comes and goes. */
  follow(broker: Aedes): void;
  /** Sessions of clients that are away, messages that wait, and retained messages. */
  counts(): { away: number; queued: number; retained: number };
}

export function persistentSessions(
  now: () => number,
  { maxAway, maxQueued, maxBytes, maxRetained }: SessionBounds = SESSION_BOUNDS,
): PersistentSessions {
  const memory = createMemory();
  const queues = new Map<string, Queued[]>();
  const away = new Map<string, number>(); // since when; longest first
  const retained = new Set<string>();
  let bytes = 0;

  function forget(id: string): void {
    away.delete(id);
    dropQueue(id);
    void cleanSubscriptions({ id } as never);
  }

  function dropQueue(id: string): void {
    for (const packet of queues.get(id) ?? []) bytes -= sizeOf(packet);
    queues.delete(id);
  }

  function expire(): void {
    for (const [id, since] of away) {
      if (now() - since < EXPIRY_MS && away.size <= maxAway) return;
      forget(id);
    }
  }

  function enqueue({ clientId }: ClientId, packet: Queued): void {
    const queue = queues.get(clientId) ?? [];
    const size = sizeOf(packet);
    if (queue.length >= maxQueued || bytes + size > maxBytes) return;
    bytes += size;
    queue.push({ ...packet });
    queues.set(clientId, queue);
  }

  const { cleanSubscriptions, storeRetained } = {
    cleanSubscriptions: memory.cleanSubscriptions!.bind(memory),
    storeRetained: memory.storeRetained!.bind(memory),
  };

  const store = Object.assign(memory, {
    async outgoingEnqueue(sub: ClientId, packet: Queued) {
      enqueue(sub, packet);
    },
    async outgoingEnqueueCombi(subs: readonly ClientId[], packet: Queued) {
      if (subs.length > 0) expire();
      for (const sub of subs) enqueue(sub, packet);
    },
    /** Notes the id under which a message is sent. One that did not fit is sent all the same. */
    async outgoingUpdate({ id }: Identified, packet: Queued) {
      const queued = queues
        .get(id)
        ?.find((one) => one.brokerId === packet.brokerId && one.brokerCounter === packet.brokerCounter);
      if (queued) queued.messageId = packet.messageId;
    },
    async outgoingClearMessageId({ id }: Identified, { messageId }: Queued) {
      const queue = queues.get(id);
      const at = queue?.findIndex((one) => one.messageId === messageId) ?? -1;
      if (at < 0) return undefined;
      const [acknowledged] = queue!.splice(at, 1);
      bytes -= sizeOf(acknowledged!);
      if (queue!.length === 0) queues.delete(id);
      return acknowledged;
    },
    outgoingStream: ({ id }: Identified) => Readable.from([...(queues.get(id) ?? [])]),
    async cleanSubscriptions(client: Identified) {
      dropQueue(client.id);
      await cleanSubscriptions(client as never);
    },
    async storeRetained(packet: Queued) {
      if (packet.payload.length === 0) retained.delete(packet.topic);
      else if (retained.has(packet.topic) || retained.size < maxRetained) retained.add(packet.topic);
      else return;
      await storeRetained(packet as never);
    },
  });

  return {
    store,
    expire,
    follow(broker) {
      broker.on('client', ({ id }) => void away.delete(id));
      broker.on('clientDisconnect', ({ id, clean }) => {
        if (clean) return;
        away.delete(id);
        away.set(id, now());
        expire();
      });
    },
    counts: () => ({
      away: away.size,
      queued: [...queues.values()].reduce((sum, queue) => sum + queue.length, 0),
      retained: retained.size,
    }),
  };
}

function sizeOf({ topic, payload }: Queued): number {
  return topic.length + payload.length + 200;
}
