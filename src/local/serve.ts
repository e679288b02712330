/** A stand-in by itself: says how to reach it, and runs until a signal. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { messageOf, SetupError } from '../errors.ts';
import type { Target } from '../target.ts';
import { clientSettings } from './client-settings.ts';
import type { StandIn } from './spawn.ts';

export interface ServeOptions {
  /** Written once all is ready, removed at the end. */
  readonly readyFile: string | undefined;
  readonly print: (text: string) => void;
}

/** @throws RunError where it ends by itself. */
export async function serveUntilStopped(standIn: StandIn, { readyFile, print }: ServeOptions): Promise<void> {
  const ended = new Promise<never>((_, reject) => standIn.onExit(reject));
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  try {
    if (readyFile !== undefined) await writeReadyFile(readyFile, { ...standIn.target, pid: process.pid });
    print(clientSettings(standIn.target, readyFile));
    await Promise.race([signalled, ended]);
  } finally {
    // Whoever reads it must not find a target that is going away.
    if (readyFile !== undefined) await rm(readyFile, { force: true });
    const { rules, store, refusals } = await standIn.stop();
    if (rules && store)
      print(
        `Stopped. ${rules.messages} messages, ${store.invocations} invocations (${store.errors} failed), ${refusals} refused.`,
      );
  }
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
