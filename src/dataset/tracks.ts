import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Fix, Motion, Track } from '../model.ts';
import type { Dataset } from './manifest.ts';
import { readProbes } from './probes.ts';

/** A track in memory: 24 bytes a fix, 48 with motions (100,000 devices × 240 fixes are 0.6 GB over all workers). */
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

/** Of a fix: sample time, longitude, latitude. */
const ROW = 3;

function growingTrack(deviceId: string, expected: number): GrowingTrack {
  // Row by row, so that a fix is found in one place of memory.
  let rows = new Float64Array(ROW * expected);
  // Speed, heading, accuracy by fix, NaN where unknown; there from the first fix that has any.
  let motions: Float64Array<ArrayBuffer> | undefined;
  let length = 0;
  return {
    deviceId,
    get length() {
      return length;
    },
    add({ sampleTime, position, motion }) {
      const at = ROW * length;
      if (length > 0 && sampleTime <= rows[at - ROW]!) return false;
      if (at === rows.length) {
        rows = grown(rows);
        motions &&= grown(motions);
      }
      if (motion !== undefined) {
        motions ??= new Float64Array(rows.length).fill(Number.NaN);
        motions.set([motion.speed ?? Number.NaN, motion.heading ?? Number.NaN, motion.accuracy ?? Number.NaN], at);
      }
      rows[at] = sampleTime;
      rows[at + 1] = position[0];
      rows[at + 2] = position[1];
      length++;
      return true;
    },
    fixes: { [Symbol.iterator]: () => new Fixes(rows, motions, length) },
  };
}

/** Written out: a generator costs several times as much a fix. */
class Fixes implements IterableIterator<Fix> {
  readonly #rows: Float64Array;
  readonly #motions: Float64Array | undefined;
  readonly #end: number;
  #at = 0;

  constructor(rows: Float64Array, motions: Float64Array | undefined, length: number) {
    this.#rows = rows;
    this.#motions = motions;
    this.#end = ROW * length;
  }

  next(): IteratorResult<Fix> {
    const at = this.#at;
    if (at >= this.#end) return { done: true, value: undefined };
    this.#at = at + ROW;
    const rows = this.#rows;
    const position = [rows[at + 1]!, rows[at + 2]!] as const;
    const motion = this.#motions && motionAt(this.#motions, at);
    return { done: false, value: { sampleTime: rows[at]!, position, motion } };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

function motionAt(motions: Float64Array, at: number): Motion | undefined {
  const [speed, heading, accuracy] = motions.subarray(at, at + ROW) as unknown as [number, number, number];
  if (Number.isNaN(speed) && Number.isNaN(heading) && Number.isNaN(accuracy)) return undefined;
  return {
    ...(Number.isNaN(speed) ? {} : { speed }),
    ...(Number.isNaN(heading) ? {} : { heading }),
    ...(Number.isNaN(accuracy) ? {} : { accuracy }),
  };
}

/** What is new is NaN. */
function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(Math.max(4 * ROW, array.length * 2));
  longer.fill(Number.NaN, array.length);
  longer.set(array);
  return longer;
}
