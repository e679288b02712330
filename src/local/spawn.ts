/** The stand-in in a process of its own, so that its CPU is never counted as the generator's. */
import { fork } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf, type PackedError, RunError, SetupError, unpackError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import type { Target } from '../target.ts';
import type { StandInOptions, StandInReport, StandInStatus } from './stand-in-options.ts';

export type { StandInOptions, StandInReport, StandInStatus } from './stand-in-options.ts';

/** Parent → stand-in. */
export type ToStandIn =
  | { readonly do: 'start'; readonly options: StandInOptions }
  | { readonly do: 'tell'; readonly everyMs: number }
  | { readonly do: 'stop' };
/** Stand-in → parent. */
export type FromStandIn =
  | { readonly is: 'ready'; readonly target: Target }
  | { readonly is: 'failed'; readonly error: PackedError }
  | { readonly is: 'status'; readonly status: StandInStatus }
  | { readonly is: 'stopped'; readonly report: StandInReport };

export interface StandIn {
  readonly target: Target;
  /** Ends it in good order. May be called again, and after it died: then with what is known, which may be nothing. */
  stop(): Promise<Partial<StandInReport>>;
  /** Calls back with what it is doing, every so many ms. */
  follow(everyMs: number, callback: (status: StandInStatus) => void): void;
  /** Called once if it ends without having been told to. */
  onExit(callback: (error: Error) => void): void;
  /** What it ended for, or could not end well for, where it has said so. */
  failure(): Error | undefined;
}

/** It waits up to 5 s for what is under way; longer than this, and it hangs. */
const STOP_MS = 15_000;
const LOG_TAIL_LINES = 5;

/**
 * Starts it, and resolves once it takes devices and requests. Its log is `<dir>/stand-in.log`.
 * @throws what it threw (SetupError, UsageError), class and hint intact; SetupError where it died before it was ready.
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const logFile = join(options.dir, 'stand-in.log');
  const child = launch(options.dir, logFile);
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(messageOf(error)));
    child.on('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  let report: StandInReport | undefined;
  let onStatus: (status: StandInStatus) => void = () => {};
  let failure: Error | undefined;
  const target = await new Promise<Target>((resolve, reject) => {
    child.on('message', (message: FromStandIn) => {
      if (message.is === 'ready') resolve(message.target);
      // Only once it is gone: whoever tries again at once must not find its directory still taken.
      else if (message.is === 'failed') failure = unpackError(message.error);
      else if (message.is === 'status') onStatus(message.status);
      else report = message.report;
    });
    void exited.then((how) =>
      reject(
        failure ??
          new SetupError(`the stand-in ended before it was ready (${how})${tailOf(logFile)}`, {
            hint: `Its log is ${logFile}.`,
          }),
      ),
    );
    child.send({ do: 'start', options } satisfies ToStandIn, () => {});
  });

  let stopped: Promise<Partial<StandInReport>> | undefined;
  return {
    target,
    stop() {
      stopped ??= (async () => {
        if (child.connected) child.send({ do: 'stop' } satisfies ToStandIn, () => {});
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
        await exited;
        clearTimeout(timer);
        return report ?? {};
      })();
      return stopped;
    },
    follow(everyMs, callback) {
      onStatus = callback;
      if (child.connected) child.send({ do: 'tell', everyMs } satisfies ToStandIn, () => {});
    },
    failure: () => failure,
    onExit(callback) {
      void exited.then((how) => {
        if (stopped) return;
        callback(
          failure ??
            new RunError(`the stand-in ended by itself (${how})${tailOf(logFile)}`, { hint: `Its log is ${logFile}.` }),
        );
      });
    },
  };
}

function launch(dir: string, logFile: string) {
  let log: number;
  makeDirectory(dir, { hint: 'Name another one with --dir.' });
  try {
    log = openSync(logFile, 'a');
  } catch (error) {
    throw new SetupError(`cannot write the stand-in's log ${logFile}: ${messageOf(error)}`, {
      hint: 'Name another directory with --dir.',
      cause: error,
    });
  }
  const source = import.meta.url.endsWith('.ts');
  const main = fileURLToPath(new URL(source ? './main.ts' : './main.js', import.meta.url));
  const child = fork(main, [], {
    stdio: ['ignore', log, log, 'ipc'],
    // In a group of its own: a signal to the parent's whole group (Ctrl-C, `timeout`) is the parent's to act on, which
    // may still need the stand-in to finish what it is doing.
    detached: true,
    // From source it needs tsx, wherever it is started from; the parent's own flags (an inspector's port) are not for it.
    execArgv: source ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [],
  });
  closeSync(log);
  return child;
}

function tailOf(logFile: string): string {
  try {
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES);
    return lines.join('') === '' ? '' : `:\n${lines.join('\n')}`;
  } catch {
    return '';
  }
}
