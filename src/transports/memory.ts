import type { Clock } from '../clock.ts';
import type { PositionUpdate } from '../model.ts';
import type { Transport } from './transport.ts';
import { SendFailure } from './transport.ts';

/** What shall become of a send, for tests and dry exercises of the engine. Absent members: nothing special. */
export interface MemoryBehaviour {
  /** Milliseconds until the answer. */
  readonly delayMs?: (update: PositionUpdate) => number;
  /** A failure's code; undefined: it is taken. */
  readonly failure?: (update: PositionUpdate) => string | undefined;
  readonly connectFailure?: (deviceId: string) => string | undefined;
  /** `taken` has every update: millions of them would fill the memory. */
  readonly keep?: boolean;
}

export interface MemoryTransport extends Transport {
  /** What was taken, in order; empty unless it was to be kept. */
  readonly taken: readonly PositionUpdate[];
  readonly connected: ReadonlySet<string>;
}

/** Takes every update: the engine without a network. */
export function memoryTransport(clock: Clock, behaviour: MemoryBehaviour = {}): MemoryTransport {
  const taken: PositionUpdate[] = [];
  const connected = new Set<string>();
  const pending = new Set<(failure: SendFailure) => void>();
  let closed = false;

  async function answer(update: PositionUpdate): Promise<void> {
    const delayMs = behaviour.delayMs?.(update) ?? 0;
    if (delayMs > 0) {
      let cut: (failure: SendFailure) => void = () => {};
      const closing = new Promise<never>((_, reject) => {
        cut = reject;
        pending.add(cut);
      });
      await Promise.race([clock.until(clock.now() + delayMs), closing]).finally(() => pending.delete(cut));
    }
    const code = behaviour.failure?.(update);
    if (code !== undefined) throw new SendFailure(code);
    if (behaviour.keep) taken.push(update);
  }

  return {
    taken,
    connected,
    async connect(deviceId, signal) {
      if (closed || signal.aborted) throw new SendFailure('interrupted');
      const code = behaviour.connectFailure?.(deviceId);
      if (code !== undefined) throw new SendFailure(code, `${deviceId} is made to fail with ${code}`);
      connected.add(deviceId);
    },
    async send(update) {
      if (closed) throw new SendFailure('interrupted');
      if (!connected.has(update.deviceId)) throw new SendFailure('not-connected');
      await answer(update);
    },
    async close() {
      closed = true;
      connected.clear();
      for (const cut of pending) cut(new SendFailure('interrupted'));
    },
  };
}
