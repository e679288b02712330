import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, RunError, SetupError, UsageError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import type { ShardChoice } from '../workers/share.ts';

/** Where the embedded stand-in keeps its log and certificate. */
export const STAND_IN = 'stand-in';

/** The files of one run. */
export interface RunDirectory {
  readonly dir: string;
  readonly sent: (shard: number) => string;
  readonly received: string;
  readonly history: string;
  readonly ingest: string;
  readonly fates: string;
  readonly timeline: string;
  /** What CloudWatch saw, of a run against a deployed stack; the embedded stand-in's is in its own directory. */
  readonly metrics: string;
  /** Written beside and renamed, so that it is whole or absent. @throws RunError */
  write(name: string, text: string): Promise<void>;
  /** Takes away what there is of a run that never began; the log of a stand-in that did not start stays, as it may say why. */
  discard(): Promise<void>;
}

/** The directory of a shard below that of its run: an array job says the same `--out` to all. */
export function shardName({ index, of }: Pick<ShardChoice, 'index' | 'of'>): string {
  return `shard-${String(index).padStart(String(of - 1).length, '0')}-of-${of}`;
}

/** Makes the directory of a run. It must not hold anything yet: logs are never mixed or overwritten. */
export async function createRunDirectory(
  out: string | undefined,
  now: Date,
  shard?: ShardChoice,
): Promise<RunDirectory> {
  const run = out ?? join('runs', now.toISOString().slice(0, 19).replaceAll(':', '-'));
  const dir = resolve(run, shard === undefined ? '' : shardName(shard));
  makeDirectory(dir, { what: "the run's directory", hint: 'Choose another with --out.' });
  const names = await readdir(dir).catch((error): never => {
    throw new SetupError(`cannot read the run's directory ${dir}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Choose another with --out.',
    });
  });
  if (names.length > 0) {
    throw new UsageError(`the run's directory ${dir} is not empty`, {
      hint: 'Choose another with --out, or remove it.',
    });
  }
  return openRunDirectory(dir);
}

export function openRunDirectory(dir: string): RunDirectory {
  return {
    dir,
    sent: (shard) => join(dir, `sent-${String(shard).padStart(2, '0')}.ndjson`),
    received: join(dir, 'received.ndjson'),
    history: join(dir, 'history.ndjson'),
    ingest: join(dir, 'ingest.ndjson'),
    fates: join(dir, 'fates.ndjson'),
    timeline: join(dir, 'timeline.ndjson'),
    metrics: join(dir, 'metrics.ndjson'),
    async discard() {
      const names = await readdir(dir).catch(() => []);
      const gone = names.filter((name) => name !== STAND_IN);
      await Promise.all(gone.map((name) => rm(join(dir, name), { recursive: true, force: true })));
      await rmdir(dir).catch(() => {}); // not empty: the stand-in's log is in it
    },
    async write(name, text) {
      const partial = join(dir, `.${name}.${randomBytes(4).toString('hex')}`);
      try {
        await writeFile(partial, text);
        await rename(partial, join(dir, name));
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {});
        throw cannotWriteFile(join(dir, name), error);
      }
    },
  };
}

/** @returns what to throw where a file of a run, which is whole or of no use, could not be written */
export function cannotWriteFile(file: string, error: unknown): RunError {
  return new RunError(`cannot write ${file}: ${messageOf(error)}`, {
    cause: error,
    hint: 'Free some space, or choose a directory that can be written. Logs that are there are valid; "simctl analyse" says what they know.',
  });
}

/** All send logs of a run, in order of shard. */
export async function sentLogs(dir: string): Promise<string[]> {
  const names = await readdir(dir);
  return names
    .filter((name) => /^sent-[0-9]+\.ndjson$/.test(name))
    .sort()
    .map((name) => join(dir, name));
}
