/**
 * The run's sample clock, as far as a viewer can tell it: a replay's samples lie days back and may run many times as
 * fast as the wall clock, and an age on the wall clock would mean nothing.
 *
 * Evidence is the newest sample time of the whole fleet at each moment. Its upper edge is the clock: a device that is
 * late, or standing still for the night, does not hold it back.
 *
 *      sample
 *       time        ·  ╱·     slope: how fast the run goes
 *               ·  ╱·  ·
 *            ·  ╱·  ·         below it: what arrived late
 *              ╱──────────── wall time
 */

export interface SampleClock {
  /** Sample seconds per wall second. */
  readonly rate: number;
  /** What was seen: newest sample time by wall time, ascending, both epoch ms. */
  readonly edge: readonly (readonly [wall: number, sample: number])[];
}

export const UNKNOWN_CLOCK: SampleClock = { rate: 1, edge: [] };

/** Points of the edge are this far apart, and reach this far back: ms of wall time. */
const STEP_MS = 1_000;
const MEMORY_MS = 60_000;
/** Less evidence says nothing of the rate: a single device's samples come in steps of 30 s. */
const LEAST_MS = 5_000;
/** A clock that runs as the wall clock does, up to this, does run as it does: what is left is jitter. */
const REAL_TIME = 0.25;

/** @param newest of the sample times that came at `wall` (both epoch ms) @returns a new clock */
export function afterSeeing(clock: SampleClock, wall: number, newest: number): SampleClock {
  const last = clock.edge.at(-1);
  if (last !== undefined && newest <= last[1]) return clock;
  const kept = clock.edge.filter(([at]) => wall - at <= MEMORY_MS);
  const previous = kept.at(-2);
  // The newest point moves until it is a step away from its predecessor, so that the edge stays short.
  const edge: SampleClock['edge'] =
    previous !== undefined && kept.at(-1)![0] - previous[0] < STEP_MS
      ? [...kept.slice(0, -1), [wall, newest]]
      : [...kept, [wall, newest]];
  return { edge, rate: rateOf(edge) ?? clock.rate };
}

/** Sample time at `wall`, both epoch ms; undefined before anything was seen. */
export function sampleNow({ edge, rate }: SampleClock, wall: number): number | undefined {
  if (edge.length === 0) return undefined;
  // No sample lies in the future of its clock: the line of this slope that none of the points is above.
  let ahead = Number.NEGATIVE_INFINITY;
  for (const [at, sample] of edge) ahead = Math.max(ahead, sample - rate * at);
  return ahead + rate * wall;
}

/** Least squares over the edge; the first look at a fleet that has long been there is no step of its clock. */
function rateOf(edge: SampleClock['edge']): number | undefined {
  const points = edge.slice(1);
  const [begin, end] = [points[0], points.at(-1)];
  if (begin === undefined || end === undefined || end[0] - begin[0] < LEAST_MS) return undefined;
  let [wallSum, sampleSum] = [0, 0];
  for (const [at, sample] of points) {
    wallSum += at - begin[0];
    sampleSum += sample - begin[1];
  }
  const [wallMean, sampleMean] = [wallSum / points.length, sampleSum / points.length];
  let [square, product] = [0, 0];
  for (const [at, sample] of points) {
    const offset = at - begin[0] - wallMean;
    square += offset * offset;
    product += offset * (sample - begin[1] - sampleMean);
  }
  const rate = product / square;
  return Math.abs(rate - 1) < REAL_TIME ? 1 : rate;
}
