import { openDataset, readDevices, readTracks } from '../dataset.ts';
import type { FleetOptions } from '../generator/fleet-options.ts';
import type { Track } from '../model.ts';
import type { Stretch } from './share.ts';

/** Where the fleet's fixes come from: a dataset's files, or the generator, as they are sent. */
export type FleetSource =
  | { readonly kind: 'dataset'; readonly dir: string }
  | { readonly kind: 'generator'; readonly fleet: FleetOptions };

/** The tracks of a shard, and the place of each in the whole fleet. @throws UsageError where the data is damaged. */
export async function fleetTracks(
  source: FleetSource,
  stretches: readonly Stretch[],
): Promise<{ track: Track; index: number }[]> {
  if (source.kind === 'generator') {
    const { makeTracks } = await import('../generator/tracks.ts'); // with it the maps, and what reads them
    return makeTracks(
      source.fleet,
      stretches.map(({ partition, from, to }) => ({ block: partition, from, to })),
    );
  }
  const dataset = await openDataset(source.dir);
  const tracks = [];
  const isPart = stretches.some(({ from }) => from !== undefined);
  const devices = isPart ? await readDevices(dataset) : [];
  for (const { partition, firstDevice, from, to } of stretches) {
    const read = (await readTracks(dataset, partition)).map((track, i) => ({ track, index: firstDevice + i }));
    if (from === undefined) tracks.push(...read);
    else {
      // Stretches count devices as devices.csv lists them; a file has them as they first report.
      const listed = devices.filter((device) => device.partition === partition).slice(from, to);
      const own = new Set(listed.map(({ deviceId }) => deviceId));
      tracks.push(...read.filter(({ track }) => own.has(track.deviceId)));
    }
  }
  return tracks;
}
