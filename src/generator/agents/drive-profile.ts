/**
 * How fast a car goes where: pieces of constant acceleration, from standing to standing.
 *
 *   m/s      ┌────────┐                ┌──  the road's speed, the driver's way
 *           ╱          ╲              ╱
 *          ╱            ╲____________╱      a corner
 *   ──────╱              ╲                  a stop: standing for its dwell
 *      start
 *
 * A few pieces for each stretch of road, so that a trip costs about as much as the search for its way, and the place at any
 * second is found by moving a cursor on.
 */
export interface Stretch {
  /** Metres from the beginning of the way to the stretch's end; ascending. */
  readonly end: number;
  /** m/s: what the driver would like to go. */
  readonly speed: number;
  /** m/s: the most at the stretch's end, for a corner; 0 for a stop. */
  readonly exit: number;
  /** Seconds to stand at the end; only where `exit` is 0. */
  readonly dwell: number;
  /** m/s², positive: how the driver accelerates and brakes here. */
  readonly accelerates: number;
  readonly brakes: number;
}

export interface DriveProfile {
  readonly metres: number;
  readonly seconds: number;
  /** Four numbers a piece: when it begins (s), where (m), how fast (m/s), acceleration (m/s²). */
  readonly pieces: Float64Array;
}

/** Where a piece's four numbers are. */
const [WHEN, WHERE, SPEED, ACCELERATION, WIDTH] = [0, 1, 2, 3, 4];

/** Shorter than any piece that matters; and what is slower never arrives. */
const LEAST_METRES = 1e-6;

/** @param stretches at least one; the car stands at the end of the last, whatever it says */
export function driveProfile(stretches: readonly Stretch[]): DriveProfile {
  const entries = nodeSpeeds(stretches);
  const pieces: number[] = [];
  let [when, where] = [0, 0];
  const add = (speed: number, acceleration: number, seconds: number) => {
    if (seconds <= 0) return;
    pieces.push(when, where, speed, acceleration);
    when += seconds;
    where += speed * seconds + (acceleration * seconds * seconds) / 2;
  };
  for (const [i, { end, speed, dwell, accelerates, brakes }] of stretches.entries()) {
    const [enter, leave] = [entries[i]!, entries[i + 1]!];
    const metres = end - (i === 0 ? 0 : stretches[i - 1]!.end);
    if (metres > LEAST_METRES) {
      // The speed at which accelerating from `enter` and braking to `leave` meet, or the one that is wanted.
      const meet = 2 * accelerates * brakes * metres + brakes * enter * enter + accelerates * leave * leave;
      const peak = Math.max(enter, leave, Math.min(speed, Math.sqrt(meet / (accelerates + brakes))));
      add(enter, accelerates, (peak - enter) / accelerates);
      const braking = (peak * peak - leave * leave) / (2 * brakes);
      add(peak, 0, (end - braking - where) / peak);
      add(peak, -brakes, (peak - leave) / brakes);
      // Sums of rounding end here; a trip of hours would drift by less than a micrometre otherwise, but equal is equal.
      where = end;
    }
    if (leave === 0) add(0, 0, dwell);
  }
  return { metres: where, seconds: when, pieces: Float64Array.from(pieces) };
}

/** The speed at each stretch's beginning, and 0 at the end: what corners allow, brakes can reach and the engine too. */
function nodeSpeeds(stretches: readonly Stretch[]): Float64Array {
  const n = stretches.length;
  const speeds = new Float64Array(n + 1);
  for (let i = n - 1; i > 0; i--) {
    const { exit, speed, end } = stretches[i - 1]!;
    const next = stretches[i]!;
    const reachable = Math.sqrt(speeds[i + 1]! ** 2 + 2 * next.brakes * (next.end - end));
    speeds[i] = Math.min(exit, speed, next.speed, reachable);
  }
  for (let i = 1; i < n; i++) {
    const { accelerates, end } = stretches[i - 1]!;
    const metres = end - (i === 1 ? 0 : stretches[i - 2]!.end);
    speeds[i] = Math.min(speeds[i]!, Math.sqrt(speeds[i - 1]! ** 2 + 2 * accelerates * metres));
  }
  return speeds;
}

/** Follows a profile; asked for seconds that never decrease. */
export interface ProfileCursor {
  /** Where and how fast after so many seconds: sets `metres` and `speed`. */
  moveTo(seconds: number): void;
  metres: number;
  speed: number;
}

export function profileCursor({ pieces, metres, seconds: total }: DriveProfile): ProfileCursor {
  let at = 0;
  return {
    metres: 0,
    speed: 0,
    moveTo(seconds) {
      if (seconds >= total) {
        this.metres = metres;
        this.speed = 0;
        return;
      }
      while (at + WIDTH < pieces.length && pieces[at + WIDTH + WHEN]! <= seconds) at += WIDTH;
      const since = seconds - pieces[at + WHEN]!;
      const [speed, acceleration] = [pieces[at + SPEED]!, pieces[at + ACCELERATION]!];
      this.metres = Math.min(metres, pieces[at + WHERE]! + speed * since + (acceleration * since * since) / 2);
      this.speed = Math.max(0, speed + acceleration * since);
    },
  };
}

/** When the car has come so far: seconds for each of `places` (metres, ascending). Where it stands, when it arrives there. */
export function timesAt({ pieces, seconds: total, metres }: DriveProfile, places: Float64Array): Float64Array {
  let at = 0;
  return Float64Array.from(places, (place) => {
    if (place >= metres) return total;
    while (at + WIDTH < pieces.length && pieces[at + WIDTH + WHERE]! < place) at += WIDTH;
    if (at >= pieces.length) return 0;
    const [speed, acceleration] = [pieces[at + SPEED]!, pieces[at + ACCELERATION]!];
    const ahead = Math.max(0, place - pieces[at + WHERE]!);
    if (ahead === 0) return pieces[at + WHEN]!;
    // The earlier root of ahead = speed·t + acceleration·t²/2, in the form that does not cancel.
    const root = Math.sqrt(Math.max(0, speed * speed + 2 * acceleration * ahead));
    return pieces[at + WHEN]! + (2 * ahead) / (speed + root);
  });
}
