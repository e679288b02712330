/**
 * All devices that the page knows, in columns: outside of React, so that a thousand positions a second are no state
 * change of anything. What draws them reads `vertices` as it is; what lists them reads a few times a second.
 */
import type { ReceivedLine } from '../../../src/logs.ts';
import { bearing, distance, toLatitude, toLongitude, toX, toY } from './geo.ts';

/** Floats of a device in `vertices`; a vertex shader reads them by these offsets. */
export const VERTEX = {
  /** Where its marker glides from and to: Web Mercator, from the fleet's origin. */
  from: 0,
  to: 2,
  /** When the glide begins and ends: seconds of wall time since the fleet's epoch. */
  begin: 4,
  end: 5,
  /** Degrees clockwise from north; -1 where it is unknown. */
  heading: 6,
  /** Sample time: seconds since the fleet's sample epoch. */
  sample: 7,
  /** m/s; -1 where it is unknown. */
  speed: 8,
  /** Index into `trackers`. */
  tracker: 9,
  size: 10,
} as const;

/** What a device's receiver said beside the position. */
export interface Motion {
  readonly speed?: number;
  readonly heading?: number;
}

/** A device as a panel shows it. */
export interface Device {
  readonly id: string;
  readonly tracker: string;
  readonly sampleTime: number;
  /** As stored, not as it glides. */
  readonly position: readonly [longitude: number, latitude: number];
  readonly speed: number | undefined;
  readonly heading: number | undefined;
  readonly moving: boolean;
}

export interface Fleet {
  readonly count: number;
  readonly ids: readonly string[];
  readonly trackers: readonly string[];
  /** Changes with every change of a device. */
  readonly version: number;
  readonly vertices: Float32Array;
  /** Where `vertices` count positions from, Web Mercator; fixed by the first device. */
  readonly origin: readonly [x: number, y: number];
  /** What `begin` and `end` count from (wall time, epoch ms), and `sample` (sample time, epoch ms). */
  readonly epoch: number;
  readonly sampleEpoch: number;
  /** When the last marker comes to rest, epoch ms. */
  readonly restsAt: number;
  indexOf(id: string): number | undefined;
  device(index: number): Device;
  sampleTime(index: number): number;
  moving(index: number): boolean;
  /** Degrees clockwise from north. */
  heading(index: number): number | undefined;
  /** Into `trackers`. */
  trackerIndex(index: number): number;
  /** Where its marker is at `now` (epoch ms). */
  shownAt(index: number, now: number): [longitude: number, latitude: number];
  /** The same on the plane: Web Mercator. */
  planeAt(index: number, now: number): [x: number, y: number];
  /** A position that is newer than what is held of the device. */
  apply(line: ReceivedLine, tracker: string, motion: Motion): void;
  /** Devices changed since the last call, as a range of indices [first, end); undefined: none. */
  takeChanged(): readonly [first: number, end: number] | undefined;
  /** Called for each new position of one device. @returns ends it */
  watch(id: string, onFix: (line: ReceivedLine) => void): () => void;
}

/** m/s from which on a device counts as moving: below it, a standing receiver's noise. */
export const MOVING_MPS = 0.5;
/** A marker takes as long as the last two positions were apart, so that it moves without stops; at most this. */
const LONGEST_GLIDE_MS = 10_000;
/** Metres. What is further away was not driven between two positions. */
const LEAP_M = 5_000;

export function newFleet(epoch: number, { still = false }: { still?: boolean } = {}): Fleet {
  const indices = new Map<string, number>();
  const ids: string[] = [];
  const trackers: string[] = [];
  const watchers = new Map<string, Set<(line: ReceivedLine) => void>>();
  let vertices = new Float32Array(256 * VERTEX.size);
  let sampleTimes = new Float64Array(256);
  let seenAts = new Float64Array(256);
  let [degrees, sampleEpoch, version, restsAt] = [new Float64Array(512), 0, 0, 0];
  let origin: [number, number] = [0, 0];
  let [first, end] = [Number.POSITIVE_INFINITY, 0];

  function place(id: string): number {
    const index = ids.length;
    if (index === sampleTimes.length) {
      const grown = index * 2;
      vertices = enlarged(vertices, new Float32Array(grown * VERTEX.size));
      sampleTimes = enlarged(sampleTimes, new Float64Array(grown));
      seenAts = enlarged(seenAts, new Float64Array(grown));
      degrees = enlarged(degrees, new Float64Array(grown * 2));
    }
    ids.push(id);
    indices.set(id, index);
    return index;
  }

  function indexOfTracker(tracker: string): number {
    const known = trackers.indexOf(tracker);
    return known >= 0 ? known : trackers.push(tracker) - 1;
  }

  /** How far a glide is at `now`: 0 at its beginning, 1 from its end on. */
  function progress(at: number, now: number): number {
    const [begin, until] = [vertices[at + VERTEX.begin]!, vertices[at + VERTEX.end]!];
    if (until <= begin) return 1;
    return Math.min(1, Math.max(0, ((now - epoch) / 1000 - begin) / (until - begin)));
  }

  const shown = (at: number, axis: 0 | 1, part: number) =>
    vertices[at + VERTEX.from + axis]! * (1 - part) + vertices[at + VERTEX.to + axis]! * part;

  function planeAt(index: number, now: number): [number, number] {
    const at = index * VERTEX.size;
    const part = progress(at, now);
    return [origin[0] + shown(at, 0, part), origin[1] + shown(at, 1, part)];
  }

  const known = (value: number) => (value < 0 ? undefined : value);
  const heading = (index: number) => known(vertices[index * VERTEX.size + VERTEX.heading]!);
  const moving = (index: number) => vertices[index * VERTEX.size + VERTEX.speed]! >= MOVING_MPS;

  return {
    get count() {
      return ids.length;
    },
    ids,
    trackers,
    get version() {
      return version;
    },
    get vertices() {
      return vertices;
    },
    get origin() {
      return origin;
    },
    epoch,
    get sampleEpoch() {
      return sampleEpoch;
    },
    get restsAt() {
      return restsAt;
    },
    indexOf: (id) => indices.get(id),
    sampleTime: (index) => sampleTimes[index]!,
    moving,
    heading,
    trackerIndex: (index) => vertices[index * VERTEX.size + VERTEX.tracker]!,
    device(index) {
      const at = index * VERTEX.size;
      return {
        id: ids[index]!,
        tracker: trackers[vertices[at + VERTEX.tracker]!]!,
        sampleTime: sampleTimes[index]!,
        position: [degrees[index * 2]!, degrees[index * 2 + 1]!],
        speed: known(vertices[at + VERTEX.speed]!),
        heading: heading(index),
        moving: moving(index),
      };
    },
    planeAt,
    shownAt(index, now) {
      const [x, y] = planeAt(index, now);
      return [toLongitude(x), toLatitude(y)];
    },
    apply(line, tracker, motion) {
      const { id, sampleTime, position, seenAt } = line;
      const before = indices.get(id);
      const index = before ?? place(id);
      const at = index * VERTEX.size;
      const [x, y] = [toX(position[0]), toY(position[1])];
      if (ids.length === 1 && before === undefined) [origin, sampleEpoch] = [[x, y], sampleTime];
      const begin = (seenAt - epoch) / 1000;
      let [speed, towards, glideMs] = [motion.speed ?? -1, motion.heading ?? -1, 0];
      if (before === undefined) {
        vertices[at + VERTEX.heading] = -1;
      } else {
        const last = [degrees[index * 2]!, degrees[index * 2 + 1]!] as const;
        const metres = distance(last, position);
        const seconds = (sampleTime - sampleTimes[index]!) / 1000;
        if (speed < 0 && seconds > 0) speed = metres / seconds;
        // A standing receiver's noise has no direction: the last one stays.
        if (towards < 0) towards = speed >= MOVING_MPS ? bearing(last, position) : vertices[at + VERTEX.heading]!;
        if (!still && metres < LEAP_M) glideMs = Math.min(LONGEST_GLIDE_MS, Math.max(0, seenAt - seenAts[index]!));
      }
      const part = progress(at, seenAt);
      const from = glideMs > 0 ? [shown(at, 0, part), shown(at, 1, part)] : [x - origin[0], y - origin[1]];
      vertices[at + VERTEX.from] = from[0]!;
      vertices[at + VERTEX.from + 1] = from[1]!;
      vertices[at + VERTEX.to] = x - origin[0];
      vertices[at + VERTEX.to + 1] = y - origin[1];
      vertices[at + VERTEX.begin] = begin;
      vertices[at + VERTEX.end] = begin + glideMs / 1000;
      vertices[at + VERTEX.heading] = towards;
      vertices[at + VERTEX.sample] = (sampleTime - sampleEpoch) / 1000;
      vertices[at + VERTEX.speed] = speed;
      vertices[at + VERTEX.tracker] = indexOfTracker(tracker);
      sampleTimes[index] = sampleTime;
      seenAts[index] = seenAt;
      degrees[index * 2] = position[0];
      degrees[index * 2 + 1] = position[1];
      restsAt = Math.max(restsAt, seenAt + glideMs);
      [first, end] = [Math.min(first, index), Math.max(end, index + 1)];
      version++;
      for (const onFix of watchers.get(id) ?? []) onFix(line);
    },
    takeChanged() {
      if (end === 0) return undefined;
      const changed = [first, end] as const;
      [first, end] = [Number.POSITIVE_INFINITY, 0];
      return changed;
    },
    watch(id, onFix) {
      const set = watchers.get(id) ?? new Set();
      watchers.set(id, set.add(onFix));
      return () => {
        set.delete(onFix);
        if (set.size === 0) watchers.delete(id);
      };
    },
  };
}

function enlarged<Column extends Float32Array | Float64Array>(column: Column, grown: Column): Column {
  grown.set(column);
  return grown;
}
