import { on } from 'node:events';
import { packError } from '../errors.ts';
import { KINDS } from './lines.ts';
import type { ThreadOrder, ThreadResult, ThreadTask } from './thread-protocol.ts';
import { type BlockWindow, nextWindow, openBlocks, windowEnds } from './windows.ts';

/** The one long task of a thread. A refusal is a result too, so that its hint survives the thread. */
export default async function generate({ port, options, blocks: numbers }: ThreadTask): Promise<ThreadResult> {
  const orders = on(port, 'message');
  const order = async () => ((await orders.next()).value as [ThreadOrder])[0];
  try {
    const blocks = await openBlocks(options, numbers);
    for (const until of windowEnds(options)) {
      if ((await order()) === 'end') return { ok: true };
      const windows = nextWindow(blocks, until, options);
      port.postMessage(windows, buffersOf(windows));
    }
    // What was posted arrives for certain only as long as the port is open.
    while ((await order()) !== 'end');
    return { ok: true };
  } catch (error) {
    return { ok: false, error: packError(error) };
  } finally {
    port.close();
  }
}

/** What changes hands instead of being copied. */
function buffersOf(windows: readonly BlockWindow[]): ArrayBuffer[] {
  return windows.flatMap(({ lines }) =>
    KINDS.flatMap((kind) => (lines[kind] === undefined ? [] : [lines[kind].bytes.buffer as ArrayBuffer])),
  );
}
