/**
 * Rates, replays and stretches of `max`, one after the other. How many updates a device sends while it goes as fast as answers
 * come, nobody knows beforehand; but each device knows its own, and that is enough: it counts anew where a stretch begins, so that
 * due times still need nobody's word.
 *
 *     rate:2/s over 2s    max over 1s     rate:2/s over 2s
 *     0    1    0    1    0000 1111       0    1    0    1
 *     ├──────────────────┼───────────────┼──────────────────▶
 *
 * A replay goes by one sample time of the whole fleet, which stands still elsewhere but for what rates take: every device
 * has had so many turns at least, and its fixes lie so far apart at least. So no fix that is left is earlier than that, and every
 * shard knows it alone. After `max`, it would need to know how often the slowest device of all was answered.
 *
 *     replay over 60s     rate:N/s, 3 turns of each        replay
 *     samples 0 … 60 s    each device's next three fixes   samples from 60 + 3 × 30 s on
 */
import { type LoadCurve, loadCurve, type Segment } from './load-curve.ts';

/** Segments of one kind that follow each other are one curve, exact over all of it. */
export type Stretch = { readonly segments: readonly Segment[] } | { readonly maxSeconds: number };

/** A stretch at its place: ms after the start. */
export interface Laid {
  readonly from: number;
  readonly to: number;
  /** Absent: as fast as answers come. */
  readonly curve?: LoadCurve;
  /** Of a replay: the sample time that it begins at, seconds after the fleet's first. */
  readonly sampleSeconds?: number;
}

/** What is known of the whole fleet. */
interface Fleet {
  readonly devices: number;
  /** Between two fixes of a device, at the least; absent: not known. */
  readonly everySeconds?: number;
}

/** @param fleet where a replay's samples are asked for */
export function layStretches(stretches: readonly Stretch[], { devices, everySeconds = 0 }: Fleet = NO_FLEET): Laid[] {
  let [from, sampleSeconds] = [0, 0];
  return stretches.map((stretch) => {
    if ('maxSeconds' in stretch) {
      const laid = { from, to: from + stretch.maxSeconds * 1000 };
      from = laid.to;
      return laid;
    }
    const curve = loadCurve(stretch.segments);
    const isOfSamples = isReplay(stretch.segments);
    const laid = { from, to: from + curve.seconds * 1000, curve, ...(isOfSamples ? { sampleSeconds } : {}) };
    from = laid.to;
    sampleSeconds += isOfSamples ? curve.total : Math.floor(Math.ceil(curve.total) / devices) * everySeconds;
    return laid;
  });
}

const NO_FLEET: Fleet = { devices: 1 };

/** Replays are timed by the samples, all else by the updates' number. */
export function isReplay(segments: readonly Segment[]): boolean {
  return segments.every(({ shape }) => shape === 'replay');
}

/** Updates that the rates ask of the whole fleet; what is sent at `max`, and of a replay, comes on top. */
export function askedByRates(stretches: readonly Stretch[]): number {
  return layStretches(stretches).reduce(
    (n, { curve, sampleSeconds }) => n + (sampleSeconds === undefined ? Math.ceil(curve?.total ?? 0) : 0),
    0,
  );
}
