import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, messageOf, UsageError } from '../errors.ts';
import type { AnalyseOptions } from './analyse.ts';

/**
 * The logs that a run left in its directory, plain or packed with gzip.
 * @throws UsageError where it is no run's directory
 */
export async function runLogs(dir: string): Promise<AnalyseOptions> {
  const names = await readdir(dir).catch((error) => {
    if (codeOf(error) === 'ENOTDIR')
      throw new UsageError(`${dir} is a file, and a run's directory is wanted`, {
        cause: error,
        hint: 'Name the directory that it is in; or single logs with --sent and --received.',
      });
    throw new UsageError(`cannot read the run's directory ${dir}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Name the directory that "simctl run" printed at its end.',
    });
  });
  // gzip -k leaves both; one is as good as the other.
  const isCopy = (name: string) => name.endsWith('.gz') && names.includes(name.slice(0, -'.gz'.length));
  const sent = names.filter((name) => /^sent-[0-9]+\.ndjson(\.gz)?$/.test(name) && !isCopy(name)).sort();
  if (sent.length === 0) {
    throw new UsageError(`there is no sent-*.ndjson in ${dir}`, {
      hint: 'Name the directory that "simctl run" printed at its end, or single files with --sent and --received.',
    });
  }
  const log = (name: 'received' | 'history' | 'ingest') => {
    const found = [`${name}.ndjson`, `${name}.ndjson.gz`].find((file) => names.includes(file));
    return found === undefined ? {} : { [name]: join(dir, found) };
  };
  return {
    sent: sent.map((name) => join(dir, name)),
    ...log('received'),
    ...log('history'),
    ...log('ingest'),
    trackerAnswers: (await transportOf(join(dir, 'plan.json'))) === 'tracker',
  };
}

async function transportOf(plan: string): Promise<unknown> {
  if (!existsSync(plan)) return undefined; // then no answer of a tracker is taken from the send log
  try {
    return (JSON.parse(await readFile(plan, 'utf8')) as { transport?: unknown }).transport;
  } catch (error) {
    throw new UsageError(`cannot read ${plan}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Remove it if it is damaged; then the transport counts as unknown.',
    });
  }
}
