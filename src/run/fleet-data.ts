import { join } from 'node:path';
import type { Reporter } from '../dashboard/reporter.ts';
import { type Dataset, openDataset, parseCsvColumns } from '../dataset.ts';
import { generateDataset } from '../generator/generate.ts';
import { prepareProbes } from '../generator/prepare.ts';
import { cacheDir } from '../home.ts';
import type { RunOptions } from './options.ts';

/** The fleet's data, thinned and partitioned: given, brought as foreign probes, or generated into the run's directory. */
export async function fleetData(
  options: RunOptions,
  runDir: string,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Dataset> {
  const { dataset: dir, probes, csvColumns, generate, every } = options;
  if (probes !== undefined) return prepare(probes, csvColumns, every, reporter, signal);
  if (dir !== undefined) {
    const dataset = await openDataset(dir);
    if (dataset.manifest.everySeconds >= every) return dataset;
    const full = dataset.manifest.partitions.filter(({ fixes }) => fixes > 0);
    const files = full.map(({ file }) => join(dataset.dir, file));
    return prepare(files, undefined, every, reporter, signal);
  }
  const { agents, seconds, seed } = generate;
  reporter.step('prepare', `Generating ${agents} devices for ${seconds} s, one fix per ${every} s (seed ${seed})`);
  return generateDataset({
    agents,
    seconds,
    seed,
    every,
    out: join(runDir, 'dataset'),
    onProgress: (done: number, total: number) => reporter.progress(done, total),
    signal,
  });
}

function prepare(
  files: readonly string[],
  csvColumns: string | undefined,
  every: number,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Dataset> {
  reporter.step(
    'prepare',
    `Reading ${files.length === 1 ? files[0] : `${files.length} probe files`}, thinned to one fix per ${every} s`,
  );
  return prepareProbes({
    files: [...files],
    ...(csvColumns === undefined ? {} : { columns: parseCsvColumns(csvColumns) }),
    every,
    cacheDir: cacheDir(),
    signal,
  });
}
