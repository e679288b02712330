/** Two moments of the event loop, each shared by all sessions of a thread, so that a message costs no callback of its own. */

export interface Flushable {
  flush(): void;
}

let written: Flushable[] = [];

/**
 * Calls `flush` once everything that the event loop found ready has been looked at: one write per session, and all of them
 * one behind the other. A write between two reads costs twice as much where it finds the broker asleep, again and again.
 */
export function atTurnEnd(session: Flushable): void {
  if (written.push(session) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const sessions = written;
  written = [];
  for (const session of sessions) session.flush();
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
