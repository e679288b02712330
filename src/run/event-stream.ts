/** A run as it goes, for programs: a line of JSON for each thing that happens, with the snapshot that the screen is drawn from. */
import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import type { Progress, Reporter, Step } from '../dashboard/reporter.ts';
import { UsageError } from '../errors.ts';
import { type LineLog, openLineLog } from '../line-log.ts';
import type { Summary } from './summary.ts';

/** Changes where a reader of the old shape would misread the new one; what is only added does not change it. */
const EVENTS_VERSION = 1;

/** One line. `at` is epoch ms. */
export type RunEvent = { readonly v: typeof EVENTS_VERSION; readonly at: number } & (
  | { readonly event: 'step'; readonly step: Step; readonly text: string }
  /** How far the step is. */
  | { readonly event: 'progress'; readonly step: Step; readonly done: number; readonly total: number }
  /** Up to four times a second, while devices connect and send. */
  | { readonly event: 'snapshot'; readonly step: Step; readonly snapshot: Progress }
  | { readonly event: 'note'; readonly text: string }
  /** The run has been asked to stop. */
  | { readonly event: 'stopping' }
  /** The last line; without it the run did not get to its end. */
  | { readonly event: 'end'; readonly summary: Summary }
);

type Happened = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'v' | 'at'> : never) : never;

export interface EventStream {
  /** A reporter that writes what it is told, and tells `reporter`. */
  watch(reporter: Reporter): Reporter;
  /** The last line. */
  end(summary: Summary): void;
  /** All is written. @throws RunError where it could not be */
  close(): Promise<void>;
  /** Rejects, once, when it can no longer be written: a run goes on without. Never resolves. */
  readonly failed: Promise<never>;
}

/** Whoever reads so slowly misses snapshots, and nothing else. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Lines on a stream that somebody else ends. */
function linesOn(stream: Writable): Pick<LineLog, 'write' | 'close' | 'failed'> {
  return {
    write: (line) => void stream.write(`${line}\n`),
    close: () => new Promise((resolve) => void stream.write('', () => resolve())),
    failed: new Promise(() => {}),
  };
}

/** A new file, of which each line can be read at once. */
function linesIn(file: string): Pick<LineLog, 'write' | 'close' | 'failed'> {
  const remedy = { hint: 'Name a new file in a directory that is there with --events, or - for standard output.' };
  if (existsSync(file)) throw new UsageError(`the file ${file} of --events is there already`, remedy);
  if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`there is no directory ${dirname(file)} for --events`, remedy);
  const log = openLineLog(file);
  let isEmpty = true;
  return {
    failed: log.failed,
    write(line) {
      isEmpty = false;
      log.write(line);
      void log.flush().catch(() => {}); // `close` says it
    },
    async close() {
      await log.close();
      // A run that never began leaves nothing, or the next could not have the name.
      if (isEmpty) await rm(file, { force: true });
    },
  };
}

/** @param to a file, or `-` for `stdout`. @throws UsageError where it is there already */
export function openEventStream(to: string, now: () => number, stdout: Writable = process.stdout): EventStream {
  const log = to === '-' ? linesOn(stdout) : linesIn(to);
  const say = (happened: Happened) => log.write(JSON.stringify({ v: EVENTS_VERSION, at: now(), ...happened }));
  const isBehind = () => to === '-' && stdout.writableLength > MOST_UNREAD_BYTES;
  return {
    watch(reporter) {
      let step: Step = 'prepare';
      return {
        ...reporter,
        step(next, text) {
          step = next;
          say({ event: 'step', step, text });
          reporter.step(next, text);
        },
        progress(done, total) {
          if (!isBehind()) say({ event: 'progress', step, done, total });
          reporter.progress(done, total);
        },
        fleet(snapshot) {
          if (!isBehind()) say({ event: 'snapshot', step, snapshot });
          reporter.fleet(snapshot);
        },
        note(text) {
          say({ event: 'note', text });
          reporter.note(text);
        },
        stopping() {
          say({ event: 'stopping' });
          reporter.stopping();
        },
      };
    },
    end: (summary) => say({ event: 'end', summary }),
    close: () => log.close(),
    failed: log.failed,
  };
}
