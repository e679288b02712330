import type { Clock } from '../clock.ts';
import type { CallsPerSecond } from './rate-limits.ts';

/** Spaces the calls of each operation evenly, slower after the service has throttled one. */
export interface Limiter {
  /** Resolves when the next call of `operation` may be made; false: the clock has been stopped. */
  take(operation: string): Promise<boolean>;
  /** The service refused a call as too many: half the rate from here on, and slowly back. */
  throttled(operation: string): void;
  succeeded(operation: string): void;
}

/** Where no rate is documented, the first throttled call shows that there is one. */
const RATE_ONCE_THROTTLED = 50;
const LOWEST_RATE = 0.5;
/** A tenth more after ten successes in a row, or so. */
const RECOVERY = 1.01;

export function createLimiter(clock: Clock, callsPerSecond: CallsPerSecond): Limiter {
  const lanes = new Map<string, { nextAt: number; rate: number; most: number }>();

  function lane(operation: string) {
    let found = lanes.get(operation);
    if (!found) {
      const most = callsPerSecond(operation) ?? Number.POSITIVE_INFINITY;
      found = { nextAt: 0, rate: most, most };
      lanes.set(operation, found);
    }
    return found;
  }

  return {
    take(operation) {
      const entry = lane(operation);
      const at = Math.max(clock.now(), entry.nextAt);
      entry.nextAt = at + 1000 / entry.rate;
      return clock.until(at);
    },
    throttled(operation) {
      const entry = lane(operation);
      const before = Number.isFinite(entry.rate) ? entry.rate : RATE_ONCE_THROTTLED * 2;
      entry.rate = Math.max(LOWEST_RATE, before / 2);
    },
    succeeded(operation) {
      const entry = lane(operation);
      if (entry.rate < entry.most) entry.rate = Math.min(entry.most, entry.rate * RECOVERY);
    },
  };
}
