import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { RunError } from '../errors.ts';
import { startStandIn } from '../local/spawn.ts';
import { isRunning } from '../process-alive.ts';
import type { Target } from '../target.ts';
import { readTarget } from '../target-file.ts';
import type { RunOptions, StandInBehaviour } from './options.ts';
import { cannotWriteFile, STAND_IN } from './run-directory.ts';

const LOOK_EVERY_MS = 1000;

/** What a run goes against: the embedded stand-in, or a target that somebody else runs. */
export interface Backend {
  readonly target: Target;
  /** Made for this run alone: a fresh memory, and an authority that dies with it. */
  readonly embedded: boolean;
  /** Bytes of ingest log so far; undefined where it cannot be read. Still growing means not yet settled. */
  ingested(): Promise<number | undefined>;
  /**
   * Ends it if it is ours, and copies this run's part of the ingest log to `file`; with `only`, the lines of these devices.
   * @returns whether there was one.
   */
  finish(file: string, only?: ReadonlySet<string>): Promise<{ ingest: boolean; cpuSeconds: number | undefined }>;
  /** Calls back once if it ends while it is in use; `death` then says how. */
  onDeath(callback: () => void): void;
  death(): Error | undefined;
  /** Ends it if it is ours; with `forget`, takes its directory away too. */
  discard(forget?: boolean): Promise<void>;
}

export async function openBackend(
  options: Pick<RunOptions, 'target' | 'queryEndpoint' | 'drop'> &
    Partial<Pick<RunOptions, 'transport' | 'broker' | 'stack' | 'credentials'>> & {
      readonly standIn?: StandInBehaviour;
      readonly map?: string;
    },
  runDir: string,
): Promise<Backend> {
  if (options.target === 'local') return withoutServices(options) ?? embedded(options, runDir);
  const found = await readTarget(options.target, options.stack);
  const { queryEndpoint, credentials } = options;
  const asked = queryEndpoint === undefined ? found : elsewhere(found, queryEndpoint);
  const target = credentials === undefined ? asked : { ...asked, credentialsDir: resolve(credentials) };
  const from = (await sizeOf(target.ingestLog)) ?? 0;
  return {
    target,
    embedded: false,
    ingested: () => sizeOf(target.ingestLog),
    async finish(file, only) {
      const to = await sizeOf(target.ingestLog);
      if (target.ingestLog === undefined || to === undefined) return { ingest: false, cpuSeconds: undefined };
      if (to > from) {
        const part = createReadStream(target.ingestLog, { start: from, end: to - 1 });
        await copied(only === undefined ? part : Readable.from(linesOf(only)(part)), file);
      } else await writeFile(file, '');
      return { ingest: true, cpuSeconds: undefined };
    },
    ...watched(target),
  };
}

/** An API that is named by hand is asked as it is: nobody's keys sign what goes there. */
function elsewhere({ querySigned: _, ...target }: Target, queryEndpoint: string): Target {
  return { ...target, queryEndpoint };
}

/** A stand-in that somebody else runs may end meanwhile; then nothing more is to be had of it. */
function watched({ pid, name }: Target): Pick<Backend, 'onDeath' | 'death' | 'discard'> {
  let death: RunError | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    onDeath(callback) {
      if (pid === undefined) return;
      timer = setInterval(() => {
        if (isRunning(pid)) return;
        clearInterval(timer);
        death = new RunError(`the stand-in ${name} (process ${pid}) has ended while the run went on`);
        callback();
      }, LOOK_EVERY_MS);
      timer.unref();
    },
    death: () => death,
    discard: async () => clearInterval(timer),
  };
}

/** What goes to a broker alone, or nowhere, needs no AWS services: there is nothing to start, and nobody to ask after it. */
function withoutServices({
  transport,
  broker,
}: Partial<Pick<RunOptions, 'transport' | 'broker'>>): Backend | undefined {
  if (transport !== 'memory' && transport !== 'mqtt') return undefined;
  const name = broker === undefined ? transport : `mqtt/${new URL(broker).host}`;
  const target: Target = {
    name,
    region: 'none',
    mqttHost: '',
    mqttPort: 0,
    credentialsDir: '',
    trackerPrefix: 'sim-iot-tracker',
    trackerCount: 10,
  };
  return {
    target,
    embedded: transport === 'memory',
    ingested: async () => undefined,
    finish: async () => ({ ingest: false, cpuSeconds: undefined }),
    onDeath() {},
    death: () => undefined,
    discard: async () => {},
  };
}

async function embedded(
  {
    drop,
    standIn: behaviour,
    map,
  }: Pick<RunOptions, 'drop'> & { readonly standIn?: StandInBehaviour; readonly map?: string },
  runDir: string,
): Promise<Backend> {
  const dir = join(runDir, STAND_IN);
  const standIn = await startStandIn({
    dir,
    drop,
    credentialsDir: join(dir, 'credentials'),
    ...(map === undefined ? {} : { map }),
    ...(behaviour === undefined
      ? {}
      : {
          ingest: behaviour.ingest,
          jitterMs: behaviour.jitterMs,
          lambda: { environments: behaviour.environments },
        }),
  });
  const { target } = standIn;
  let death: Error | undefined;
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
      // An ingest log of which it could not write the end would make updates lost that are not.
      const failure = standIn.failure();
      if (failure) throw failure;
      if (target.ingestLog === undefined) return { ingest: false, cpuSeconds };
      await copied(createReadStream(target.ingestLog), file);
      await rm(target.ingestLog, { force: true });
      return { ingest: true, cpuSeconds };
    },
    onDeath: (callback) =>
      standIn.onExit((error) => {
        death = error;
        callback();
      }),
    death: () => death,
    async discard(forget = false) {
      await end();
      if (forget) await rm(dir, { recursive: true, force: true });
    },
  };
}

async function copied(log: Readable, file: string): Promise<void> {
  await pipeline(log, createWriteStream(file)).catch((error) => {
    throw cannotWriteFile(file, error);
  });
}

async function sizeOf(file: string | undefined): Promise<number | undefined> {
  if (file === undefined) return undefined;
  return (await stat(file).catch(() => undefined))?.size;
}

/** Of a log, the lines of some devices. Half a line at its end is none of theirs yet. */
function linesOf(devices: ReadonlySet<string>): (log: AsyncIterable<Buffer>) => AsyncGenerator<string> {
  return async function* (log) {
    let rest = '';
    const decoder = new StringDecoder('utf8');
    for await (const chunk of log) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      const own = lines.filter((line) => devices.has(idOf(line)));
      if (own.length > 0) yield `${own.join('\n')}\n`;
    }
  };
}

/** Where another process is in the middle of writing, the first line may be half of one of another shard's. */
function idOf(line: string): string {
  try {
    return (JSON.parse(line) as { id: string }).id;
  } catch {
    return '';
  }
}
