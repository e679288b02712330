/**
 * Rates with stretches of `max` among them. How many updates a device sends while it goes as fast as answers come, nobody
 * knows beforehand; but each device knows its own, and that is enough: it counts anew where a stretch begins, so that due
 * times still need nobody's word.
 *
 *     rate:2/s over 2s    max over 1s     rate:2/s over 2s
 *     0    1    0    1    0000 1111       0    1    0    1
 *     ├──────────────────┼───────────────┼──────────────────▶
 */
import { type LoadCurve, loadCurve, type Segment } from './load-curve.ts';

/** One after the other. Rates that follow each other are one curve, exact over all of it. */
export type Stretch = { readonly segments: readonly Segment[] } | { readonly maxSeconds: number };

/** A stretch at its place: ms after the start. */
export interface Laid {
  readonly from: number;
  readonly to: number;
  /** Absent: as fast as answers come. */
  readonly curve?: LoadCurve;
}

export function layStretches(stretches: readonly Stretch[]): Laid[] {
  let from = 0;
  return stretches.map((stretch) => {
    const curve = 'segments' in stretch ? loadCurve(stretch.segments) : undefined;
    const seconds = 'segments' in stretch ? curve!.seconds : stretch.maxSeconds;
    const laid = { from, to: from + seconds * 1000, ...(curve && { curve }) };
    from = laid.to;
    return laid;
  });
}

/** Updates that the rates ask of the whole fleet; what is sent at `max` comes on top. */
export function askedByRates(stretches: readonly Stretch[]): number {
  return layStretches(stretches).reduce((n, { curve }) => n + Math.ceil(curve?.total ?? 0), 0);
}
