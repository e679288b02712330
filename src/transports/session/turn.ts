/** Two moments of the event loop, each shared by all sessions of a thread, so that a message costs no callback of its own. */
import { TextBytes } from '../../text-bytes.ts';

export interface TurnMember {
  /** Writes what it has in `turnBytes`. */
  flush(): void;
}

/** Room for a few hundred updates. */
const BYTES = 64 * 1024;
/** Where less is left, a message might not fit. */
const LEAST_LEFT = 4096;

/**
 * What the sessions of a thread write in a turn, packet behind packet. All of them use the same bytes, turn after turn:
 * with thousands of sessions, these are in the processor's cache where a buffer of each session's own would not be.
 */
export const turnBytes = new TextBytes(BYTES);

let written: TurnMember[] = [];
let flushed: TurnMember[] = [];
/** Where this turn began. */
let begun = 0;
/** Below it, and in this buffer, somebody may still refer to what was written. */
let kept = 0;

/** What was just written from `turnBytes` has not been taken by the system yet: it must stay as it is, for who knows how long. */
export function keepTurnBytes(): void {
  kept = turnBytes.length;
}

/**
 * Calls `flush` once everything that the event loop found ready has been looked at: one write per session, and all of them
 * one behind the other. A write between two reads costs twice as much where it finds the broker asleep, again and again.
 */
export function atTurnEnd(session: TurnMember): void {
  if (written.push(session) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const sessions = written;
  written = flushed;
  for (const session of sessions) session.flush();
  sessions.length = 0;
  flushed = sessions;
  const { bytes, length } = turnBytes;
  // The next turn is mostly about as long as this one.
  const needed = Math.max(LEAST_LEFT, length - begun);
  // Plain TCP has nearly always taken everything at once, TLS never has: then what has grown would grow on and on.
  if (kept > 0 && (bytes.length > BYTES || bytes.length - kept < needed)) {
    turnBytes.take(Buffer.allocUnsafeSlow(BYTES));
    kept = 0;
  }
  turnBytes.length = begun = kept;
}

let waiting: (() => void)[] = [];

/**
 * Calls `wake` after the event loop has looked at its sockets and timers once more. A QoS 0 send has no answer to wait
 * for: without this pause, a loop of them would never let anything else run.
 */
export function onNextTurn(wake: () => void): void {
  if (waiting.push(wake) === 1) setImmediate(wakeAll);
}

function wakeAll(): void {
  const wakes = waiting;
  waiting = [];
  for (const wake of wakes) wake();
}
