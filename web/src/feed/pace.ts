/** When to look again. Pure arithmetic: what came of the last rounds in, a wait out. */
import type { Round } from './round.ts';

export interface Paced {
  /** Rounds in a row that brought nothing new. */
  readonly quiet: number;
  /** Rounds in a row that failed as a whole. */
  readonly failed: number;
  /** ms until the next round. */
  readonly waitMs: number;
}

export interface PaceOptions {
  /** The wait between two rounds that bring news. */
  readonly pollMs: number;
  readonly readsPerSecond: number;
  /** [0, 1): spreads viewers that failed together. */
  readonly random: () => number;
}

/** A quiet fleet is asked less often, up to this many times the usual wait. */
const SLOWEST = 5;
const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 30_000;

export const AT_ONCE: Paced = { quiet: 0, failed: 0, waitMs: 0 };

/**
 * After a good round: `pollMs`, half as much again for each quiet one, and never so soon that rounds of this size
 * would pass the read quota. After a failed one: 1, 2, 4 … 30 s, or what the server said (Retry-After), and a bit.
 */
export function paceAfter(before: Paced, round: Round, { pollMs, readsPerSecond, random }: PaceOptions): Paced {
  const { requests, news, failures } = round;
  const whole = [...failures.values()].filter(({ status }) => status === 429 || status >= 500 || status === 0);
  if (whole.length > 0 && news === 0) {
    const failed = before.failed + 1;
    const backOff = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failed - 1));
    const asked = Math.max(0, ...whole.map(({ retryAfterMs }) => retryAfterMs ?? 0));
    return { quiet: before.quiet, failed, waitMs: Math.max(backOff, asked) * (1 + 0.2 * random()) };
  }
  const quiet = news > 0 ? 0 : before.quiet + 1;
  const usual = Math.min(pollMs * 1.5 ** quiet, pollMs * SLOWEST);
  return { quiet, failed: 0, waitMs: Math.max(usual, (requests / readsPerSecond) * 1000) };
}
