/**
 * What main and the receiver's thread say to each other.
 *
 *     main                     thread
 *      │  ReceiverTask (workerData)  opens received.ndjson and polls
 *      │  ◀── news 'polled' ────────  up to ten times a second
 *      │  ◀── news 'failed' ────────  (at most once) it sees no more: received.ndjson cannot be written
 *      │  order 'sweep' n ─────────▶  reads histories, while it goes on polling
 *      │  ◀── news 'sweeping' n ────  devices done
 *      │  order 'end-sweep' n ─────▶  (at will) the rest is left unread
 *      │  ◀── news 'swept' n ───────  result or error
 *      │  order 'stop' ────────────▶  what is in flight is cut off, the log closed
 *      │  ◀── news 'stopped' ───────  the last; then the thread ends
 *
 * Unlike those of other ports, messages of a thread's parent port are delivered even if it ends right after them.
 */
import type { Epoch } from '../clock.ts';
import type { PackedError } from '../errors.ts';
import type { Target } from '../target.ts';
import type { SweepRequest, SweepResult } from './sweep.ts';
import type { Watching } from './watch.ts';

export interface ReceiverTask {
  readonly target: Target;
  readonly endpoint: string;
  /** received.ndjson; a new file. */
  readonly out: string;
  readonly intervalMs: number;
  /** Look at these alone; absent: at all. */
  readonly devices?: readonly string[];
  readonly epoch: Epoch;
}

/** Counts since the beginning: positions seen, rounds polled, requests that failed (each attempt counts). */
export interface ReceiverSnapshot extends Watching {
  errors: number;
}

export type Order =
  | { order: 'sweep'; sweep: number; request: SweepRequest }
  | { order: 'end-sweep'; sweep: number }
  | { order: 'stop' };

export type News =
  | { news: 'polled'; snapshot: ReceiverSnapshot }
  | { news: 'failed'; error: PackedError }
  | { news: 'sweeping'; sweep: number; done: number }
  | { news: 'swept'; sweep: number; result: SweepResult }
  | { news: 'swept'; sweep: number; error: PackedError }
  | { news: 'stopped'; snapshot: ReceiverSnapshot; error?: PackedError };
