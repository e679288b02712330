/** One client's QoS 1 messages on their way to it: at most so many that it has not acknowledged, and so many that wait. */
import { MAX_IN_FLIGHT } from './mqtt-limits.ts';

export interface OutboundMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly brokerId?: string;
  readonly brokerCounter: number;
}

export interface OutboundWindow {
  /** Now, once there is room, or never: a client that acknowledges nothing is not waited for without end. */
  deliver(message: OutboundMessage, done: () => void): void;
  acknowledged(): void;
}

/** Ours: AWS says only that no more are sent. */
const MAX_WAITING = 1000;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export interface OutboundWindowOptions {
  /** Sends it, and says whether the client has to acknowledge it. */
  readonly send: (message: OutboundMessage, done: () => void) => boolean;
  /** The last message that the client was given, by broker: what is not newer is taken for a repetition. */
  readonly seen: Record<string, number>;
}

export function outboundWindow({ send, seen }: OutboundWindowOptions): OutboundWindow {
  const waiting: OutboundMessage[] = [];
  let waitingBytes = 0;
  let inFlight = 0;

  function sendNow(message: OutboundMessage, done: () => void): void {
    if (send(message, done)) inFlight++;
  }

  return {
    deliver(message, done) {
      if (inFlight < MAX_IN_FLIGHT && waiting.length === 0) {
        sendNow(message, done);
        return;
      }
      const { brokerId, brokerCounter, payload } = message;
      const repeated = brokerId !== undefined && (seen[brokerId] ?? 0) >= brokerCounter;
      if (!repeated && waiting.length < MAX_WAITING && waitingBytes + payload.length <= MAX_WAITING_BYTES) {
        if (brokerId !== undefined) seen[brokerId] = brokerCounter;
        waiting.push(message);
        waitingBytes += payload.length;
      }
      setImmediate(done);
    },

    acknowledged() {
      if (inFlight > 0) inFlight--;
      while (inFlight < MAX_IN_FLIGHT && waiting.length > 0) {
        const message = waiting.shift()!;
        waitingBytes -= message.payload.length;
        const { brokerId } = message;
        const last = brokerId === undefined ? undefined : seen[brokerId];
        // It counts as seen since it began to wait.
        if (brokerId !== undefined) seen[brokerId] = 0;
        sendNow(message, () => {});
        if (brokerId !== undefined && last !== undefined) seen[brokerId] = last;
      }
    },
  };
}
