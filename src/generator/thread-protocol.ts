/**
 * What the generator's main thread and one of its others say to each other.
 *
 *     main                            thread
 *      │  ThreadTask  (piscina)  ──▶  reads the map, makes the agents of its blocks
 *      │  order 'next' ────────────▶  drives them through the next window; one order a window, a few at a time
 *      │  ◀── BlockWindow[] ───────   their lines, whose buffers change hands
 *      │  order 'end' ─────────────▶  no window more is wanted
 *      │  ◀── ThreadResult (piscina: the task's return value)
 */
import type { MessagePort } from 'node:worker_threads';
import type { PackedError } from '../errors.ts';
import type { BlockOptions } from './block.ts';

export interface ThreadTask {
  readonly port: MessagePort;
  readonly options: BlockOptions;
  readonly blocks: readonly number[];
}

export type ThreadOrder = 'next' | 'end';

export type ThreadResult = { readonly ok: true } | { readonly ok: false; readonly error: PackedError };
