import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { messageOf, RunError, SetupError } from '../errors.ts';

const NAME = 'trip-simulator';
/** Of what the tool says when it fails, the end. */
const LAST_CHARS = 2000;

/**
 * Where trip-simulator is: what `TRIP_SIMULATOR` names, or the first of that name on `PATH`.
 * @throws SetupError that says how to get it, and how to do without it
 */
export async function findTool(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env.TRIP_SIMULATOR;
  const places = named ? [named] : (env.PATH ?? '').split(delimiter).map((dir) => join(dir || '.', NAME));
  for (const place of places) {
    const isFile = await stat(place).then(
      (found) => found.isFile(),
      () => false,
    );
    if (
      isFile &&
      (await access(place, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return place;
  }
  throw new SetupError(
    named
      ? `TRIP_SIMULATOR names ${named}, and no program is there`
      : `${NAME} is not installed: no program of that name is on PATH`,
    {
      hint: 'It is the npm package trip-simulator (3.0.1), and needs OSRM 5, whose binaries exist for old Node versions alone: install both where they work, such as in a container of Node 10, or name the program with TRIP_SIMULATOR. Without it, --model compat drives by the same rules.',
    },
  );
}

/**
 * Runs the tool once for each list of arguments, all at once. Where one fails, or the signal comes, all are ended; none outlives this.
 * @throws RunError with what it said; SetupError where it cannot be started; the signal's reason
 */
export async function runTool(
  tool: string,
  runs: readonly (readonly string[])[],
  { cwd, env, signal }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal },
): Promise<void> {
  const failed = new AbortController();
  const over = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const ended = runs.map(async (args, i) => {
    // Nothing of its output is wanted: it tells how far it is, line after line.
    const child = spawn(tool, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'ignore', 'pipe'] });
    const end = () => child.kill();
    over.addEventListener('abort', end, { once: true });
    if (over.aborted) end();
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-LAST_CHARS);
    });
    try {
      const [code, killedBy] = await once(child, 'close').catch((error) => {
        throw new SetupError(`${tool} cannot be started: ${messageOf(error)}`, { cause: error });
      });
      if (code === 0) return;
      throw new RunError(
        `${NAME} ${i + 1} of ${runs.length} ended with ${code ?? killedBy}${said.trim() && `:\n${said.trim()}`}`,
        { hint: 'What it says is its own; nothing was written.' },
      );
    } finally {
      over.removeEventListener('abort', end);
    }
  });
  let first: unknown;
  for (const one of ended) {
    one.catch((error) => {
      first ??= error; // the others end because of it
      failed.abort();
    });
  }
  await Promise.allSettled(ended);
  signal?.throwIfAborted();
  if (first !== undefined) throw first;
}
