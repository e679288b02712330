import { join } from 'node:path';
import type { Reporter } from '../dashboard/reporter.ts';
import { type Dataset, openDataset, parseCsvColumns, readDevices } from '../dataset.ts';
import { deviceIds } from '../generator/device-ids.ts';
import { type FleetOptions, fleetOutlook } from '../generator/fleet-options.ts';
import { generateDataset, mapReference } from '../generator/generate.ts';
import { checkFleet } from '../generator/generate-options.ts';
import { prepareProbes } from '../generator/prepare.ts';
import { cacheDir } from '../home.ts';
import type { FleetSource } from '../workers/fleet-tracks.ts';
import type { PlanFleet } from '../workers/plan.ts';
import type { RunOptions } from './options.ts';

/** What a run needs to know of its fleet, wherever its fixes come from. */
export interface FleetData {
  readonly outlook: PlanFleet;
  readonly source: FleetSource;
  /** The map it was generated on, as `readMap` takes it. */
  readonly map?: string;
  /** All ids, in the fleet's order. */
  deviceIds(): Promise<readonly string[]>;
}

/** Given, brought as foreign probes, generated into the run's directory, or generated as it is sent. */
export async function fleetData(
  options: RunOptions,
  runDir: string,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<FleetData> {
  const { dataset: dir, probes, csvColumns, generate, every } = options;
  if (probes !== undefined) return ofDataset(await prepare(probes, csvColumns, every, reporter, signal));
  if (dir !== undefined) {
    const dataset = await openDataset(dir);
    if (dataset.manifest.everySeconds >= every) return ofDataset(dataset);
    const full = dataset.manifest.partitions.filter(({ fixes }) => fixes > 0);
    const files = full.map(({ file }) => join(dataset.dir, file));
    return ofDataset(await prepare(files, undefined, every, reporter, signal));
  }
  const { asTheyGo, ...fleet } = generate;
  const { agents, seconds, seed } = fleet;
  if (asTheyGo) return ofGenerator(await checkFleet({ ...fleet, every }, Date.now()));
  reporter.step('prepare', `Generating ${agents} devices for ${seconds} s, one fix per ${every} s (seed ${seed})`);
  const dataset = await generateDataset({
    ...fleet,
    every,
    out: join(runDir, 'dataset'),
    onProgress: (done: number, total: number) => reporter.progress(done, total),
    signal,
  });
  return ofDataset(dataset);
}

function ofDataset(dataset: Dataset): FleetData {
  const { manifest, dir } = dataset;
  const { map } = manifest.source;
  return {
    outlook: manifest,
    source: { kind: 'dataset', dir },
    ...(typeof map === 'string' ? { map } : {}),
    deviceIds: async () => (await readDevices(dataset)).map(({ deviceId }) => deviceId),
  };
}

function ofGenerator(fleet: FleetOptions): FleetData {
  return {
    outlook: fleetOutlook(fleet),
    source: { kind: 'generator', fleet },
    map: mapReference(fleet.map),
    deviceIds: async () => deviceIds(fleet.seed, fleet.agents),
  };
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
