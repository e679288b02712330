/** A stand-in by itself: says how to reach it, and runs until a signal. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { messageOf, SetupError } from '../errors.ts';
import type { Target } from '../target.ts';
import { clientSettings } from './client-settings.ts';
import type { StandIn, StandInStatus } from './spawn.ts';

export interface ServeOptions {
  /** Written once all is ready, removed at the end. */
  readonly readyFile: string | undefined;
  readonly print: (text: string) => void;
  /** Where its status line is, if it is a terminal. */
  readonly terminal: Pick<NodeJS.WriteStream, 'isTTY' | 'write' | 'columns'>;
}

/** @throws RunError where it ends by itself. */
export async function serveUntilStopped(standIn: StandIn, { readyFile, print, terminal }: ServeOptions): Promise<void> {
  const ended = new Promise<never>((_, reject) => standIn.onExit(reject));
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  let isReady = false;
  try {
    if (readyFile !== undefined) await writeReadyFile(readyFile, { ...standIn.target, pid: process.pid });
    isReady = true;
    print(clientSettings(standIn.target, readyFile));
    if (terminal.isTTY) showStatus(standIn, terminal);
    await Promise.race([signalled, ended]);
  } finally {
    // Whoever reads it must not find a target that is going away.
    if (readyFile !== undefined && isReady) await rm(readyFile, { force: true });
    const { rules, store, refusals } = await standIn.stop();
    if (terminal.isTTY) terminal.write(CLEAR);
    if (rules && store)
      print(
        `Stopped. ${rules.messages} messages, ${store.invocations} invocations (${store.errors} failed), ${refusals} refused.`,
      );
  }
}

const STATUS_MS = 1000;
/** To the beginning of the line, and away with what is on it. */
const CLEAR = '\r\u001b[K';

function showStatus(standIn: StandIn, terminal: ServeOptions['terminal']): void {
  let before: StandInStatus | undefined;
  standIn.follow(STATUS_MS, (status) => {
    terminal.write(`${CLEAR}${statusLine(status, before, STATUS_MS).slice(0, (terminal.columns || 80) - 1)}`);
    before = status;
  });
}

/** `12 connected · 340 messages/s · 338 stored/s · 0 failed · 2 refused` */
export function statusLine(status: StandInStatus, before: StandInStatus | undefined, ms: number): string {
  const rate = (name: 'messages' | 'stored') => {
    const since = before === undefined ? 0 : status[name] - before[name];
    return `${Math.round((1000 * since) / ms)} ${name}/s`;
  };
  return [
    `${status.connections} connected`,
    rate('messages'),
    rate('stored'),
    ...(status.errors > 0 ? [`${status.errors} of ${status.invocations} invocations failed`] : []),
    ...(status.throttles > 0 ? [`${status.throttles} throttled`] : []),
    ...(status.refusals > 0 ? [`${status.refusals} refused`] : []),
    `${status.messages} messages in all`,
  ].join(' · ');
}

/** Whole or not at all, and for its owner alone: it holds keys. */
async function writeReadyFile(file: string, target: Target): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, `${JSON.stringify(target, null, 2)}\n`, { mode: 0o600 });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw new SetupError(`cannot write the ready file ${file}: ${messageOf(error)}`, {
      hint: 'Name a file in a directory that exists and can be written, with --ready-file.',
      cause: error,
    });
  }
}
