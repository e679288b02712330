import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import type { LineLog } from '../line-log.ts';
import type { Target } from '../target.ts';
import { newView, type View } from './poll.ts';
import { type QueryApi, QueryFailure } from './query.ts';

/** How the viewer is doing. */
export interface Watching {
  /** Positions seen so far. */
  seen: number;
  rounds: number;
  lastRoundMs: number;
}

export interface WatchOptions {
  readonly api: QueryApi;
  readonly target: Pick<Target, 'trackerPrefix' | 'trackerCount'>;
  readonly intervalMs: number;
  /** Look at these alone; absent: at all. */
  readonly devices?: ReadonlySet<string>;
  /** Stopping it ends the rounds. */
  readonly clock: Clock;
  readonly log: LineLog;
  /** Called after each page and each round. */
  readonly onNews: (watching: Watching) => void;
}

/** Trackers asked at a time; a map does not ask all at once either. */
const AT_A_TIME = 4;

/**
 * Polls every tracker, all pages, once per `intervalMs`, until the clock is stopped. Rounds never overlap: one that
 * takes longer than the interval is followed by the next at once. What a round saw is in the file at its end.
 * @throws RunError where the log can no longer be written
 */
export async function watch(options: WatchOptions): Promise<void> {
  const { target, intervalMs, clock, log, onNews } = options;
  const { trackerPrefix, trackerCount } = target;
  const trackers = Array.from({ length: trackerCount }, (_, i) => `${trackerPrefix}${i}`);
  const view = newView();
  const limit = pLimit(AT_A_TIME);
  let [rounds, lastRoundMs] = [0, 0];
  const news = () => onNews({ seen: view.seen, rounds, lastRoundMs });

  let at = clock.now();
  while (await clock.until(at)) {
    const began = clock.now();
    await limit.map(trackers, (tracker) => look(tracker, view, options, news));
    await log.flush();
    rounds++;
    lastRoundMs = clock.now() - began;
    news();
    at = began + intervalMs;
  }
}

/** A page that cannot be had ends this tracker's part of the round; what its pages showed until then counts. */
async function look(
  tracker: string,
  view: View,
  { api, log, devices }: WatchOptions,
  onPage: () => void,
): Promise<void> {
  let first: number | undefined;
  let token: string | undefined;
  try {
    do {
      const page = await api.list(tracker, token);
      first ??= page.askedAt;
      const entries = devices === undefined ? page.entries : page.entries.filter((entry) => devices.has(idOf(entry)));
      for (const line of view.see({ tracker, ...page, entries })) log.write(JSON.stringify(line));
      onPage();
      token = page.token;
    } while (token !== undefined);
    view.wholeRound(tracker, first);
  } catch (error) {
    if (!(error instanceof QueryFailure)) throw error; // counted where it happened
  }
}

/** Of an entry that is none, nothing. */
function idOf(entry: unknown): string {
  return String(Object(entry).DeviceId);
}
