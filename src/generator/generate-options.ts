import { UsageError } from '../errors.ts';
import { MOST_IDS } from './device-ids.ts';

export interface GenerateOptions {
  readonly agents: number;
  /** Of simulated time. */
  readonly seconds: number;
  /** Epoch ms, a whole second; by default ten days ago (paper, section 3.3.1). */
  readonly start?: number | undefined;
  readonly seed: number;
  /** Seconds between two fixes of a device; each has a phase of its own. */
  readonly every: number;
  /** A map's name, or the path of a `.graph` file; by default Gothenburg. */
  readonly map?: string | undefined;
  readonly out: string;
  /** In simulated seconds. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Epoch ms. */
  readonly now?: () => number;
}

const TEN_DAYS_MS = 10 * 86_400_000;

/** Of what a Date can hold. */
const LAST_DATE_MS = 8.64e15;

/** Trackers refuse samples older than this (Amazon Location quotas), so no longer simulation can be replayed. */
const MOST_SECONDS = 30 * 86_400;

/** @returns the start, epoch ms. @throws UsageError with every problem at once. */
export function checkOptions(options: GenerateOptions, now: number): number {
  const { agents, seconds, every, seed, start = Math.floor((now - TEN_DAYS_MS) / 1000) * 1000 } = options;
  const problems: string[] = [];
  const whole = (name: string, value: number, least: number, most: number) => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    problems.push(`${name} must be a whole number from ${least} to ${most.toLocaleString('en')}; got ${value}`);
  };
  whole('--agents', agents, 1, MOST_IDS);
  whole('--seconds', seconds, 1, MOST_SECONDS);
  whole('--every', every, 1, MOST_SECONDS);
  whole('--seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (!(start >= 0 && start <= LAST_DATE_MS && start % 1000 === 0)) {
    problems.push(`--start must be a whole second after 1970; got ${start}`);
  } else if (start + seconds * 1000 > now) {
    problems.push(
      `--start ${new Date(start).toISOString()} and ${seconds} seconds end in the future; start at least ${seconds} seconds ago`,
    );
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl generate --help".' });
  return start;
}
