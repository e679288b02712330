/** What a machine lacks of its fleet, out of a bucket: a dataset, credentials. It is here for one run, for its owner alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataset } from '../dataset.ts';
import type { Stretch } from '../workers/share.ts';
import { fetchFirst, fetchNamed, isBucket } from './bucket.ts';
import type { RunOptions } from './options.ts';
import { shardName } from './run-directory.ts';

export interface FetchedFleet {
  /** The options, with directories in the place of buckets. */
  readonly options: RunOptions;
  /** The probes of these stretches; all, where none are named. To be called before they are read. */
  probes(stretches?: readonly Stretch[]): Promise<void>;
  /** Takes away what was fetched. */
  remove(): Promise<void>;
}

/**
 * A shard's credentials are below its own name in the place, where they were put for each alone, or are those of all.
 * @throws SetupError where the bucket cannot be read, UsageError where what is there is no dataset
 */
export async function fetchFleet(options: RunOptions): Promise<FetchedFleet> {
  const { dataset, credentials, shard } = options;
  const far = [dataset, credentials].some((place) => place !== undefined && isBucket(place));
  if (!far) return { options, probes: async () => {}, remove: async () => {} };
  // Made readable to nobody else (0700).
  const dir = await mkdtemp(join(tmpdir(), 'simctl-fleet-'));
  const remove = () => rm(dir, { recursive: true, force: true });
  try {
    let local = options;
    if (credentials !== undefined && isBucket(credentials)) {
      const own = shard === undefined ? [] : [`${shardName(shard)}/credentials.ndjson`];
      const here = join(dir, 'credentials');
      await fetchFirst(credentials, [...own, 'credentials.ndjson'], join(here, 'credentials.ndjson'));
      local = { ...local, credentials: here };
    }
    if (dataset === undefined || !isBucket(dataset)) return { options: local, probes: async () => {}, remove };
    const here = join(dir, 'dataset');
    await fetchNamed(dataset, ['manifest.json', 'devices.csv'], here);
    const { manifest } = await openDataset(here);
    const files = manifest.partitions.map(({ file }) => file);
    const probes = async (stretches?: readonly Stretch[]) => {
      const wanted = stretches?.map(({ partition }) => files[partition]!) ?? files;
      await fetchNamed(dataset, [...new Set(wanted)], here);
    };
    // It is thinned before it is shared, from all of it.
    if (manifest.everySeconds < options.every) await probes();
    return { options: { ...local, dataset: here }, probes, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
