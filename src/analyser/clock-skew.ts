/**
 * What the latencies say of the clocks behind them. Nothing arrives before it was sent; so where the clock of whoever
 * received is behind the sender's by x, latencies are too small by x, and the smallest of them tells how large x is at
 * least. The smallest latencies along the run, the lower envelope, tell whether x grows. Stated, and never subtracted.
 */

/** Latencies of one pair of clocks; times in ms. */
export interface ClockFindings {
  readonly latencies: number;
  /** Below zero. */
  readonly negative: number;
  /** NaN-free: 0 where there is no latency. */
  readonly smallest: number;
  /** The envelope at the first and at the last of the sends, where there are enough of them to draw one. */
  readonly envelope?: { readonly first: number; readonly last: number; readonly seconds: number };
}

export interface ClockEvidence {
  add(sentAt: number, ms: number): void;
  findings(): ClockFindings;
}

/** Of the envelope: a window gives one point, its smallest latency. */
const WINDOW_MS = 10_000;
/** Windows on either side of the first one: seven days, so that a fleet's logs may come in any order. */
const HALF = 60_480;
const LEAST_WINDOWS = 6;

export function newClockEvidence(): ClockEvidence {
  let smallestIn: Float64Array | undefined;
  let base = 0;
  let [firstWindow, lastWindow] = [2 * HALF, -1];
  let [latencies, negative, smallest] = [0, 0, Number.POSITIVE_INFINITY];
  return {
    add(sentAt, ms) {
      latencies++;
      if (ms < 0) negative++;
      if (ms < smallest) smallest = ms;
      if (smallestIn === undefined) {
        smallestIn = new Float64Array(2 * HALF).fill(Number.POSITIVE_INFINITY);
        base = Math.floor(sentAt / WINDOW_MS) - HALF;
      }
      const window = Math.floor(sentAt / WINDOW_MS) - base;
      if (!(ms < smallestIn[window]!)) return; // beyond its ends there is nothing to compare with
      smallestIn[window] = ms;
      if (window < firstWindow) firstWindow = window;
      if (window > lastWindow) lastWindow = window;
    },
    findings() {
      const points: Point[] = [];
      for (let i = firstWindow; i <= lastWindow; i++)
        if (smallestIn![i] !== Number.POSITIVE_INFINITY) points.push([i, smallestIn![i]!]);
      const line = points.length < LEAST_WINDOWS ? undefined : envelopeOf(points);
      if (line === undefined) return { latencies, negative, smallest: latencies === 0 ? 0 : smallest };
      const [from, to] = [points[0]![0], points.at(-1)![0]];
      return {
        latencies,
        negative,
        smallest,
        envelope: { first: line(from), last: line(to), seconds: ((to - from) * WINDOW_MS) / 1000 },
      };
    },
  };
}

type Point = readonly [at: number, ms: number];

/**
 * The line that lies below all points and as close to them as can be: the edge of their lower convex hull over their
 * mean (Moon, Skelly and Towsley 1999, "Estimation and removal of clock skew from network delay measurements").
 */
function envelopeOf(points: readonly Point[]): (at: number) => number {
  const hull: Point[] = [];
  for (const point of points) {
    while (hull.length > 1 && turn(hull.at(-2)!, hull.at(-1)!, point) <= 0) hull.pop();
    hull.push(point);
  }
  const mean = points.reduce((sum, [at]) => sum + at, 0) / points.length;
  const right = Math.max(
    1,
    hull.findIndex(([at]) => at >= mean),
  );
  const [[fromAt, fromMs], [toAt, toMs]] = [hull[right - 1]!, hull[right]!];
  const slope = (toMs - fromMs) / (toAt - fromAt);
  return (at) => fromMs + slope * (at - fromAt);
}

/** Above zero: `c` lies to the left of the way from `a` to `b`. */
function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** A drift that moves the envelope by less, in ms, cannot be told from a backend that became a little slower. */
const LEAST_DRIFT_MS = 20;
/** And one that is faster than quartz is wrong, in parts of a million, is no clock's. */
const WORST_QUARTZ_PPM = 500;

/** Of many latencies the smallest is expected below it. */
const SLOWEST_FIRST_MS = 2000;
const LEAST_LATENCIES = 100;

/** @param pair what was measured by which clocks, as "publish → seen (receiver's clock − sender's clock)" */
export function clockNotes(pair: string, { latencies, negative, smallest, envelope }: ClockFindings): string[] {
  if (negative === 0)
    return smallest > SLOWEST_FIRST_MS && latencies >= LEAST_LATENCIES ? [aheadNote(pair, latencies, smallest)] : [];
  const drift = envelope === undefined ? 0 : envelope.last - envelope.first;
  const ppm = envelope === undefined ? 0 : (drift / (envelope.seconds * 1000)) * 1e6;
  const moves = Math.abs(drift) >= LEAST_DRIFT_MS && Math.abs(ppm) <= WORST_QUARTZ_PPM;
  return [
    `clocks disagree: ${negative} of ${latencies} latencies ${pair} are below zero, the smallest ${ms(smallest)}; the offset is ${ms(smallest)} or further below zero, and every such latency too small by that much. It was not corrected: keep the clocks of both machines by NTP, or take them from one`,
    ...(moves
      ? [
          `clocks drift: the smallest latencies ${pair} go from ${ms(envelope!.first)} to ${ms(envelope!.last)} within ${envelope!.seconds.toFixed(0)} s (${ppm.toFixed(0).replace('-', '−')} ppm)`,
        ]
      : []),
  ];
}

/** One-way latencies alone cannot tell a clock that is ahead from a slow backend. */
function aheadNote(pair: string, latencies: number, smallest: number): string {
  return `the smallest of ${latencies} latencies ${pair} is ${ms(smallest)}: either nothing went faster, or the receiving clock is ahead, by that much at most. Nothing was corrected`;
}

function ms(value: number): string {
  return `${value.toFixed(Math.abs(value) < 100 ? 1 : 0).replace('-', '−')} ms`;
}
