import FlatQueue from 'flatqueue';

/** Time as everything under `workers/` sees it; tests hand in a fake one. */
export interface Clock {
  /** Epoch milliseconds, fractional, never going back. */
  now(): number;
  /** Resolves `true` once `now() >= at`, or `false` as soon as the run is stopping. */
  until(at: number): Promise<boolean>;
}

/**
 * The moment that all threads and processes of a run count from: wall clock and monotonic clock read together,
 * once, by the main process. `hrtime` is the machine's monotonic clock, the same for every process on it, so all
 * of them agree on `now()` to the microsecond, even if the wall clock is set meanwhile.
 */
export interface Epoch {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function readEpoch(): Epoch {
  return { wallMs: Date.now(), monotonicMs: monotonicMs() };
}

function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** A clock that can be told to stop: all sleepers wake with `false`, now and from then on. */
export interface StoppableClock extends Clock {
  stop(): void;
}

/** A clock whose sleepers a pause keeps asleep. */
export interface PausableClock extends StoppableClock {
  /** Whether `until(at)` would resolve with `true` at once: whoever asks this first spares most of its promises. */
  letsThrough(at: number): boolean;
  /** Nobody wakes until `resume`. */
  hold(): void;
  /** Everybody who sleeps wakes `ms` later than was asked for. */
  resume(ms: number): void;
}

/** A sleeper may wake this much early: a timer's least is a whole millisecond, which would make it later than that. */
const CLOSE_ENOUGH_MS = 0.05;

/**
 * The system's clock. All sleepers wait in one heap behind a single timer, because thousands of timers of differing
 * length would each be a list of their own inside Node.
 */
export function systemClock(epoch: Epoch = readEpoch()): PausableClock {
  // performance.now() is cheaper than hrtime, but counts from each thread's own beginning.
  const offset = epoch.wallMs + (monotonicMs() - epoch.monotonicMs) - performance.now();
  const sleepers = new FlatQueue<(going: boolean) => void>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let stopped = false;
  let held = false;
  // All pauses so far, ms. Sleepers lie in the heap by when they would wake without, so that a pause moves none of them.
  let pausedMs = 0;

  const now = () => offset + performance.now();

  function arm(): void {
    const next = sleepers.peekValue();
    if (next === undefined || held) {
      timerAt = Number.POSITIVE_INFINITY;
      return;
    }
    if (timer !== undefined && timerAt <= next) return;
    clearTimeout(timer);
    timerAt = next;
    timer = setTimeout(wake, Math.max(0, next + pausedMs - now()));
  }

  function disarm(): void {
    clearTimeout(timer);
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
  }

  function wake(): void {
    timer = undefined;
    const horizon = now() + CLOSE_ENOUGH_MS - pausedMs;
    for (let next = sleepers.peekValue(); next !== undefined && next <= horizon; next = sleepers.peekValue()) {
      sleepers.pop()?.(true);
    }
    arm();
  }

  const letsThrough = (at: number) => !stopped && !held && at <= now();

  return {
    now,
    letsThrough,
    until(at) {
      if (stopped) return Promise.resolve(false);
      if (letsThrough(at)) return Promise.resolve(true);
      return new Promise((resolve) => {
        sleepers.push(resolve, at - pausedMs);
        arm();
      });
    },
    stop() {
      stopped = true;
      disarm();
      while (sleepers.length > 0) sleepers.pop()?.(false);
    },
    hold() {
      held = true;
      disarm();
    },
    resume(ms) {
      held = false;
      pausedMs += ms;
      disarm();
      arm();
    },
  };
}
