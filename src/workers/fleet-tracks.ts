import { openDataset, readTracks } from '../dataset.ts';
import type { FleetOptions } from '../generator/fleet-options.ts';
import { makeTracks } from '../generator/tracks.ts';
import type { Track } from '../model.ts';
import type { ShardPlan } from './plan.ts';

/** Where the fleet's fixes come from: a dataset's files, or the generator, as they are sent. */
export type FleetSource =
  | { readonly kind: 'dataset'; readonly dir: string }
  | { readonly kind: 'generator'; readonly fleet: FleetOptions };

/** The tracks of a shard, and the place of each in the whole fleet. @throws UsageError where the data is damaged. */
export async function fleetTracks(
  source: FleetSource,
  partitions: ShardPlan['partitions'],
): Promise<{ track: Track; index: number }[]> {
  if (source.kind === 'generator') {
    return makeTracks(
      source.fleet,
      partitions.map(({ partition }) => partition),
    );
  }
  const dataset = await openDataset(source.dir);
  const tracks = [];
  for (const { partition, firstDevice } of partitions) {
    const read = await readTracks(dataset, partition);
    tracks.push(...read.map((track, i) => ({ track, index: firstDevice + i })));
  }
  return tracks;
}
