import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Fix, Track } from '../model.ts';
import type { Dataset } from './manifest.ts';
import { readProbes } from './probes.ts';

/** A track in memory: 24 bytes a fix (100,000 devices × 240 fixes are 0.6 GB over all workers). */
export interface LoadedTrack extends Track {
  readonly length: number;
}

/** All tracks of one partition, in the order in which devices first appear. @throws UsageError that names file and line. */
export async function readTracks({ dir, manifest }: Dataset, partition: number): Promise<LoadedTrack[]> {
  const { file, fixes, devices } = manifest.partitions[partition]!;
  if (fixes === 0) return [];
  const path = join(dir, file);
  const columns = new Map<string, GrowingTrack>();
  const expected = Math.ceil(fixes / Math.max(1, devices));
  for await (const { probe, line } of readProbes(path)) {
    let track = columns.get(probe.deviceId);
    if (track === undefined) {
      track = growingTrack(probe.deviceId, expected);
      columns.set(probe.deviceId, track);
    }
    if (!track.add(probe)) {
      throw new UsageError(`${path}:${line}: ${probe.deviceId} goes back in time`, { hint: 'Make the dataset anew.' });
    }
  }
  const tracks = [...columns.values()];
  const found = tracks.reduce((sum, { length }) => sum + length, 0);
  if (found !== fixes || tracks.length !== devices) {
    throw new UsageError(
      `${path} holds ${found} fixes of ${tracks.length} devices, and the manifest says ${fixes} of ${devices}`,
      { hint: 'It was cut off or changed. Make the dataset anew, or give the file itself with --probes.' },
    );
  }
  return tracks;
}

interface GrowingTrack extends LoadedTrack {
  /** False where the fix is not later than the one before. */
  add(fix: Fix): boolean;
}

function growingTrack(deviceId: string, expected: number): GrowingTrack {
  let times = new Float64Array(expected);
  let degrees = new Float64Array(2 * expected);
  let length = 0;
  return {
    deviceId,
    get length() {
      return length;
    },
    add({ sampleTime, position }) {
      if (length > 0 && sampleTime <= times[length - 1]!) return false;
      if (length === times.length) {
        times = grown(times);
        degrees = grown(degrees);
      }
      times[length] = sampleTime;
      degrees[2 * length] = position[0];
      degrees[2 * length + 1] = position[1];
      length++;
      return true;
    },
    fixes: {
      *[Symbol.iterator](): Iterator<Fix> {
        for (let i = 0; i < length; i++) {
          yield { sampleTime: times[i]!, position: [degrees[2 * i]!, degrees[2 * i + 1]!] };
        }
      },
    },
  };
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(Math.max(8, array.length * 2));
  longer.set(array);
  return longer;
}
