/**
 * A load over time, and when so much of it has been asked for: the inverse of the rate's integral. Pure arithmetic, so that
 * every worker on every machine computes the same due times without asking anybody.
 */

/** A stretch of a load profile, as it is written. Rates are a second, times in seconds. */
export type Segment =
  | { readonly shape: 'rate'; readonly perSecond: number; readonly seconds: number }
  | { readonly shape: 'ramp'; readonly from: number; readonly to: number; readonly seconds: number }
  | {
      readonly shape: 'steps';
      readonly from: number;
      readonly by: number;
      readonly each: number;
      readonly count: number;
    }
  | {
      readonly shape: 'spike';
      readonly base: number;
      readonly peak: number;
      readonly at: number;
      readonly width: number;
      readonly seconds: number;
    }
  | {
      readonly shape: 'sine';
      readonly mean: number;
      readonly amplitude: number;
      readonly period: number;
      readonly seconds: number;
    }
  /** Sample time a second, rather than updates. */
  | { readonly shape: 'replay'; readonly speed: number; readonly seconds: number };

export interface LoadCurve {
  readonly seconds: number;
  /** All that is asked for: updates, or (of replays) seconds of sample time. */
  readonly total: number;
  /** What has been asked for by `seconds` after the start. */
  by(seconds: number): number;
  /** Seconds after the start at which `amount` has been asked for; infinite for what never is. */
  when(amount: number): number;
}

/** What segments are made of, seconds counted from the piece's own beginning. */
interface Piece {
  readonly seconds: number;
  area(seconds: number): number;
  /** The inverse of `area`. */
  when(amount: number): number;
}

/**
 * Segments one after the other:
 *
 *     rate │      ┌──┐
 *          │   ╱──┘  └──╮    ╭─
 *          │ ╱           ╰──╯
 *          └──────────────────▶ seconds
 *
 * Where the rate is zero for a while, the next update is due at the end of that.
 */
export function loadCurve(segments: readonly Segment[]): LoadCurve {
  const pieces: (Piece & { readonly from: number; readonly before: number; readonly total: number })[] = [];
  let [seconds, total] = [0, 0];
  for (const piece of segments.flatMap(piecesOf)) {
    if (piece.seconds <= 0) continue;
    const own = piece.area(piece.seconds);
    const after = settled(total + own);
    pieces.push({ ...piece, from: seconds, before: total, total: after });
    seconds = settled(seconds + piece.seconds);
    total = after;
  }
  return {
    seconds,
    total,
    by(at) {
      if (at >= seconds) return total;
      const piece = pieces.findLast(({ from }) => from <= at);
      return piece === undefined ? 0 : piece.before + piece.area(at - piece.from);
    },
    when(amount) {
      if (amount >= total) return Number.POSITIVE_INFINITY;
      let [low, high] = [0, pieces.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (amount < pieces[middle]!.total) high = middle;
        else low = middle + 1;
      }
      const { from, before, seconds: length, when } = pieces[low]!;
      return from + Math.min(length, when(Math.max(0, amount - before)));
    },
  };
}

/** The highest rate within a segment. */
export function peakOf(segment: Segment): number {
  switch (segment.shape) {
    case 'rate':
      return segment.perSecond;
    case 'replay':
      return segment.speed;
    case 'ramp':
      return Math.max(segment.from, segment.to);
    case 'steps':
      return Math.max(segment.from, segment.from + segment.by * (segment.count - 1));
    case 'spike':
      return Math.max(segment.base, segment.peak);
    case 'sine':
      return segment.mean + segment.amplitude;
  }
}

function piecesOf(segment: Segment): Piece[] {
  switch (segment.shape) {
    case 'rate':
      return [straight(segment.perSecond, segment.perSecond, segment.seconds)];
    case 'replay':
      return [straight(segment.speed, segment.speed, segment.seconds)];
    case 'ramp':
      return [straight(segment.from, segment.to, segment.seconds)];
    case 'steps':
      return Array.from({ length: segment.count }, (_, n) => {
        const rate = segment.from + n * segment.by;
        return straight(rate, rate, segment.each);
      });
    case 'spike': {
      const { base, peak, at, width, seconds } = segment;
      return [straight(base, base, at), straight(peak, peak, width), straight(base, base, seconds - at - width)];
    }
    case 'sine':
      return [wave(segment.mean, segment.amplitude, segment.period, segment.seconds)];
  }
}

/** A rate that changes evenly, or not at all. */
function straight(from: number, to: number, seconds: number): Piece {
  const slope = (to - from) / seconds;
  return {
    seconds,
    area: (t) => t * (from + (slope * t) / 2),
    // The root of slope/2 t² + from t = amount, in the form that also holds where the slope is 0.
    when: (amount) =>
      amount === 0 ? 0 : (2 * amount) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * amount))),
  };
}

/** `mean + amplitude × sin`, beginning at the mean and rising. */
function wave(mean: number, amplitude: number, period: number, seconds: number): Piece {
  const turn = (2 * Math.PI) / period;
  const area = (t: number) => mean * t + (amplitude / turn) * (1 - Math.cos(turn * t));
  return {
    seconds,
    area,
    when(amount) {
      // Newton's steps, kept within what is known to hold the root: where the rate is near zero they would leave it.
      let [low, high] = [0, seconds];
      let t = Math.min(seconds, amount / mean);
      for (let round = 0; round < 100; round++) {
        const over = area(t) - amount;
        if (over > 0) high = t;
        else low = t;
        const next = t - over / (mean + amplitude * Math.sin(turn * t));
        const step = next > low && next < high ? next : (low + high) / 2;
        if (Math.abs(step - t) <= 1e-12 * seconds) return step;
        t = step;
      }
      return t;
    },
  };
}

/** A sum of many parts is a hair off the whole number that it stands for; a millionth of an update is none. */
function settled(sum: number): number {
  const whole = Math.round(sum);
  return Math.abs(sum - whole) < 1e-6 ? whole : sum;
}
