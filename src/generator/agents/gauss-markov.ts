import type { AgentRandom } from '../agent-random.ts';

/**
 * A receiver's error in time: a first-order Gauss-Markov process (what satellites, air and reflections do, forgotten
 * within `tau`) as the receiver's own filter passes it on (it averages over `smoothing`). The filter is needed: at the
 * stops of real cars, 10 s and longer, neighbouring errors correlate by 0.94, and no first-order process does better than
 * 0.78 in windows that short, however slow it is, because each window's mean is estimated from the window itself.
 */
export interface ErrorProcess {
  /** Moves on by whole seconds, exactly, however many: e^(A·s), no steps between. @returns the error, of variance 1 */
  after(seconds: number): number;
}

export interface Memory {
  /** Seconds after which the process has forgotten all but 1/e. */
  readonly tau: number;
  /** Seconds over which the receiver averages; less than `tau`. */
  readonly smoothing: number;
}

/** x' = F·x + L·(two normals), for x = (the process, its average). */
interface Transition {
  readonly keep: number;
  readonly pass: number;
  readonly hold: number;
  readonly l11: number;
  readonly l21: number;
  readonly l22: number;
}

/** Begins anywhere: as if it had been going on for ever. */
export function errorProcess(random: AgentRandom, transitions: (seconds: number) => Transition): ErrorProcess {
  const begin = transitions(Number.POSITIVE_INFINITY);
  const first = random.normal();
  let process = begin.l11 * first;
  let error = begin.l21 * first + begin.l22 * random.normal();
  return {
    after(seconds) {
      const { keep, pass, hold, l11, l21, l22 } = transitions(seconds);
      const n = random.normal();
      error = pass * process + hold * error + l21 * n + l22 * random.normal();
      process = keep * process + l11 * n;
      return error;
    },
  };
}

/** Shared by all agents of a memory: most calls skip equally many seconds. */
export function transitionsOf({ tau, smoothing }: Memory): (seconds: number) => Transition {
  // Variance 1 of the average asks for more of what is averaged (the stationary solution of the Lyapunov equation).
  const variance = (tau + smoothing) / tau;
  let last = Number.NaN;
  let transition: Transition;
  return (seconds) => {
    if (seconds === last) return transition;
    last = seconds;
    const keep = Math.exp(-seconds / tau);
    const hold = Math.exp(-seconds / smoothing);
    const pass = (tau / (tau - smoothing)) * (keep - hold);
    // What is missing of the stationary covariance [[variance, 1], [1, 1]] after F·P·Fᵀ is new; Cholesky's factors of it.
    const q11 = variance * (1 - keep * keep);
    const q21 = 1 - keep * (pass * variance + hold);
    const q22 = 1 - (pass * (pass * variance + hold) + hold * (pass + hold));
    const l11 = Math.sqrt(q11);
    const l21 = l11 > 0 ? q21 / l11 : 0;
    transition = { keep, pass, hold, l11, l21, l22: Math.sqrt(Math.max(0, q22 - l21 * l21)) };
    return transition;
  };
}
