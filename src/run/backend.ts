import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RunError } from '../errors.ts';
import { startStandIn } from '../local/spawn.ts';
import type { Target } from '../target.ts';
import { readTarget } from '../target-file.ts';
import type { RunOptions, StandInBehaviour } from './options.ts';
import { STAND_IN } from './run-directory.ts';

/** What a run goes against: the embedded stand-in, or a target that somebody else runs. */
export interface Backend {
  readonly target: Target;
  /** Made for this run alone: a fresh memory, and an authority that dies with it. */
  readonly embedded: boolean;
  /** Bytes of ingest log so far; undefined where it cannot be read. Still growing means not yet settled. */
  ingested(): Promise<number | undefined>;
  /** Ends it if it is ours, and copies this run's part of the ingest log to `file`. @returns whether there was one. */
  finish(file: string): Promise<{ ingest: boolean; cpuSeconds: number | undefined }>;
  /** Calls back if it is ours and ends by itself. */
  onDeath(callback: (error: RunError) => void): void;
  /** Ends it if it is ours; with `forget`, takes its directory away too. */
  discard(forget?: boolean): Promise<void>;
}

export async function openBackend(
  options: Pick<RunOptions, 'target' | 'queryEndpoint' | 'drop'> & { readonly standIn?: StandInBehaviour },
  runDir: string,
): Promise<Backend> {
  if (options.target === 'local') return embedded(options, runDir);
  const found = await readTarget(options.target);
  const target = options.queryEndpoint === undefined ? found : { ...found, queryEndpoint: options.queryEndpoint };
  const from = (await sizeOf(target.ingestLog)) ?? 0;
  return {
    target,
    embedded: false,
    ingested: () => sizeOf(target.ingestLog),
    async finish(file) {
      const to = await sizeOf(target.ingestLog);
      if (target.ingestLog === undefined || to === undefined) return { ingest: false, cpuSeconds: undefined };
      if (to > from)
        await pipeline(createReadStream(target.ingestLog, { start: from, end: to - 1 }), createWriteStream(file));
      else await writeFile(file, '');
      return { ingest: true, cpuSeconds: undefined };
    },
    onDeath() {},
    discard: async () => {},
  };
}

async function embedded(
  { drop, standIn: behaviour }: Pick<RunOptions, 'drop'> & { readonly standIn?: StandInBehaviour },
  runDir: string,
): Promise<Backend> {
  const dir = join(runDir, STAND_IN);
  const standIn = await startStandIn({
    dir,
    drop,
    credentialsDir: join(dir, 'credentials'),
    ...(behaviour === undefined
      ? {}
      : {
          ingest: behaviour.ingest,
          jitterMs: behaviour.jitterMs,
          lambda: { environments: behaviour.environments },
        }),
  });
  const { target } = standIn;
  const end = async () => {
    const report = await standIn.stop();
    // Private keys of an authority that is no more are of no use to anybody.
    await rm(target.credentialsDir, { recursive: true, force: true });
    return report;
  };
  return {
    target,
    embedded: true,
    ingested: () => sizeOf(target.ingestLog),
    async finish(file) {
      const { cpuSeconds } = await end();
      if (target.ingestLog === undefined) return { ingest: false, cpuSeconds };
      await pipeline(createReadStream(target.ingestLog), createWriteStream(file));
      await rm(target.ingestLog, { force: true });
      return { ingest: true, cpuSeconds };
    },
    onDeath: standIn.onExit,
    async discard(forget = false) {
      await end();
      if (forget) await rm(dir, { recursive: true, force: true });
    },
  };
}

async function sizeOf(file: string | undefined): Promise<number | undefined> {
  if (file === undefined) return undefined;
  return (await stat(file).catch(() => undefined))?.size;
}
