import type { Fix } from '../model.ts';
import { loadCurve, type Segment } from './load-curve.ts';
import { isReplay, layStretches, type Stretch } from './mixed-pace.ts';

/**
 * When the `n`th fix of a device is due, in ms after the start, as is `free`: when it was done with the one before. Pacing is
 * arithmetic, waiting is the clock's. Asked once for each fix of a device, in order.
 * Infinity: the schedule has ended, and neither this fix nor any that follows it is asked for.
 */
export type Pacer = (fix: Fix, n: number, deviceIndex: number, free: number) => number;

/** The answer of a pacer without a schedule: due as soon as the device is free. */
export const WHEN_FREE = Number.NEGATIVE_INFINITY;

/** How a run is paced; plain data. */
export type Pace =
  | { readonly kind: 'replay'; readonly speed: number }
  | { readonly kind: 'rate'; readonly perSecond: number }
  | { readonly kind: 'max'; readonly seconds?: number }
  /** Of rates, or of replays alone; it ends with its last segment. */
  | { readonly kind: 'profile'; readonly segments: readonly Segment[] }
  /** Rates, replays and stretches of `max`; it ends with the last. */
  | { readonly kind: 'mixed'; readonly stretches: readonly Stretch[] };

/** What a pace needs to know of the whole fleet, not of a shard. */
export interface Paced {
  readonly devices: number;
  readonly firstSampleTime: number;
  /** Of sample time, between two fixes of a device at the least; absent: not known. */
  readonly everySeconds?: number;
}

/**
 * `replay`: the fleet's own rhythm, `speed` times as fast, counted from its first sample. `rate`: the fleet's updates one
 * after the other at even distances, whatever the answers take, each device in its turn:
 *
 *     device 0   1   2   0   1   2   0 …
 *            ├───┼───┼───┼───┼───┼───▶      1000 / perSecond ms apart
 *
 * so that every shard knows its own due times, and together they make the rate exactly, as long as no device has run out
 * of fixes before the others. `profile`: the same with a rate (or a replay's speed) that changes; the run's kth update is
 * due when the rate's integral reaches k. `max`: as fast as answers come. `mixed`: stretches of all these,
 * in each of which the updates are numbered anew (mixed-pace.ts).
 */
export function pacerOf(pace: Pace, fleet: Paced): Pacer {
  const { devices, firstSampleTime } = fleet;
  switch (pace.kind) {
    case 'max':
      return () => WHEN_FREE;
    case 'rate':
      return (_, n, deviceIndex) => ((n * devices + deviceIndex) * 1000) / pace.perSecond;
    case 'replay':
      return (fix) => (fix.sampleTime - firstSampleTime) / pace.speed;
    case 'profile': {
      const { when } = loadCurve(pace.segments);
      return isReplay(pace.segments)
        ? (fix) => 1000 * when((fix.sampleTime - firstSampleTime) / 1000)
        : (_, n, deviceIndex) => 1000 * when(n * devices + deviceIndex);
    }
    case 'mixed':
      return mixedPacer(pace.stretches, fleet);
  }
}

/** A send log has microseconds: what is due within the last of a stretch would be read as the next one's. */
const LAST_MS = 0.02;

/** Remembers of each device which stretch it is in, and how many it sent before that. */
function mixedPacer(stretches: readonly Stretch[], fleet: Paced): Pacer {
  const { devices, firstSampleTime } = fleet;
  const laid = layStretches(stretches, fleet);
  const places = new Map<number, { stretch: number; before: number }>();
  return ({ sampleTime }, n, deviceIndex, free) => {
    let place = places.get(deviceIndex);
    if (place === undefined) {
      place = { stretch: 0, before: 0 };
      places.set(deviceIndex, place);
    }
    for (; place.stretch < laid.length; place.stretch++, place.before = n) {
      const { from, to, curve, sampleSeconds } = laid[place.stretch]!;
      if (curve !== undefined) {
        const at = curve.when(
          sampleSeconds === undefined
            ? (n - place.before) * devices + deviceIndex
            : Math.max(0, (sampleTime - firstSampleTime) / 1000 - sampleSeconds),
        );
        if (at < Number.POSITIVE_INFINITY) return from + 1000 * at;
      } else if (free < to - LAST_MS) return Math.max(free, from);
    }
    return Number.POSITIVE_INFINITY;
  };
}

/** How many updates a pace asks of the whole fleet, where it says that; else it asks for all there are, or as many as there is time for. */
export function updatesAskedFor(pace: Pace): number | undefined {
  if (pace.kind !== 'profile' || isReplay(pace.segments)) return undefined;
  // Those numbered 0, 1, … below the total.
  return Math.ceil(loadCurve(pace.segments).total);
}

/** How long a pace lasts of itself, in ms; undefined where it goes on until the fixes end. */
export function lengthMs(pace: Pace): number | undefined {
  if (pace.kind === 'max') return pace.seconds === undefined ? undefined : pace.seconds * 1000;
  if (pace.kind === 'mixed') return layStretches(pace.stretches).at(-1)!.to;
  return pace.kind === 'profile' ? loadCurve(pace.segments).seconds * 1000 : undefined;
}

/** How long the schedule alone takes, in ms; 0 where there is none. */
export function scheduledMs(
  pace: Pace,
  { firstSampleTime, lastSampleTime, fixes }: { firstSampleTime: number; lastSampleTime: number; fixes: number },
): number {
  const span = lastSampleTime - firstSampleTime;
  switch (pace.kind) {
    case 'max':
    case 'mixed':
      return lengthMs(pace) ?? 0;
    case 'rate':
      return (fixes * 1000) / pace.perSecond;
    case 'replay':
      return span / pace.speed;
    case 'profile': {
      const { seconds, when } = loadCurve(pace.segments);
      return 1000 * Math.min(seconds, when(isReplay(pace.segments) ? span / 1000 : fixes));
    }
  }
}
