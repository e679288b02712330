import { basename, join } from 'node:path';
import type { Reporter } from '../dashboard/reporter.ts';
import { type Dataset, openDataset, parseCsvColumns, readDevices } from '../dataset.ts';
import { UsageError } from '../errors.ts';
import { deviceIds } from '../generator/device-ids.ts';
import {
  agentsOf,
  BLOCKS,
  type FleetOptions,
  type FleetOutlook,
  firstSecond,
  fixesFrom,
  fleetOutlook,
} from '../generator/fleet-options.ts';
import { mapReference } from '../generator/map/map-name.ts';
import { cacheDir } from '../home.ts';
import type { FleetSource } from '../workers/fleet-tracks.ts';
import type { RunOptions } from './options.ts';

/** What a run needs to know of its fleet, wherever its fixes come from. */
export interface FleetData {
  readonly outlook: FleetOutlook;
  readonly source: FleetSource;
  /** The map it was generated on, as `readMap` takes it. */
  readonly map?: string;
  /** All, in the fleet's order; each partition's together, as stretches count them (workers/share.ts). */
  members(): Promise<readonly Member[]>;
  /** What else tells it from fleets of the same devices: equal on all machines, whatever the paths there. */
  readonly origin: Record<string, unknown>;
}

export interface Member {
  readonly deviceId: string;
  readonly partition: number;
  readonly fixes: number;
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
  // All shards must have the same fleet, so their present is the common start.
  const { startAt, shard } = options;
  const now = startAt ?? Date.now();
  if (shard !== undefined && startAt === undefined) {
    throw new UsageError('shards of a fleet that is generated agree on its beginning by --start-at', {
      hint: 'Say it, or give the fleet as a --dataset.',
    });
  }
  // A shard makes its own devices' trips alone, rather than everybody's.
  if (asTheyGo || shard !== undefined) {
    const { checkFleet } = await import('../generator/generate-options.ts');
    return ofGenerator(await checkFleet({ ...fleet, every }, now));
  }
  reporter.step('prepare', `Generating ${agents} devices for ${seconds} s, one fix per ${every} s (seed ${seed})`);
  const { generateDataset } = await import('../generator/generate.ts');
  const dataset = await generateDataset({
    ...fleet,
    every,
    out: join(runDir, 'dataset'),
    onProgress: (done: number, total: number) => reporter.progress(done, total),
    signal,
    now: () => now,
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
    members: async () => (await readDevices(dataset)).toSorted((a, b) => a.partition - b.partition),
    origin: manifest.source.kind === 'generated' ? withoutPath(manifest.source) : {},
  };
}

function ofGenerator(fleet: FleetOptions): FleetData {
  return {
    outlook: fleetOutlook(fleet),
    source: { kind: 'generator', fleet },
    map: mapReference(fleet.map),
    members: async () => {
      const ids = deviceIds(fleet.seed, fleet.agents);
      return Array.from({ length: BLOCKS }, (_, partition) => {
        const { first, end } = agentsOf(partition, fleet.agents);
        return ids.slice(first, end).map((deviceId, n) => {
          const fixes = fixesFrom(firstSecond(fleet, first + n), fleet);
          return { deviceId, partition, fixes };
        });
      }).flat();
    },
    origin: withoutPath({ ...fleet, kind: 'generated', map: mapReference(fleet.map) }),
  };
}

function withoutPath(source: Record<string, unknown>): Record<string, unknown> {
  const { map } = source;
  return typeof map === 'string' ? { ...source, map: basename(map) } : source;
}

async function prepare(
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
  const { prepareProbes } = await import('../generator/prepare.ts');
  return prepareProbes({
    files: [...files],
    ...(csvColumns === undefined ? {} : { columns: parseCsvColumns(csvColumns) }),
    every,
    cacheDir: cacheDir(),
    signal,
  });
}
