/** One look at all trackers, all pages: what polling is made of. */
import type { LookedAt } from '../../../src/receiver/poll.ts';
import { type Api, AskFailure } from './ask.ts';

export interface RoundOptions {
  readonly api: Pick<Api, 'list'>;
  /** In the order in which they are asked. */
  readonly trackers: readonly string[];
  readonly signal: AbortSignal;
  /** @returns how many positions of it were new */
  readonly onPage: (page: LookedAt) => number;
  /** Every page of the tracker has been looked at, the first asked for at `askedAt`. */
  readonly onTracker: (tracker: string, askedAt: number) => void;
}

export interface Round {
  readonly requests: number;
  /** Positions that were new. */
  readonly news: number;
  /** By tracker that could not be read to its end. */
  readonly failures: ReadonlyMap<string, AskFailure>;
}

/** Trackers asked at a time. */
const AT_A_TIME = 4;

/**
 * A tracker that fails ends its own part alone, but the API asking for patience (429) ends the round: its other
 * trackers share the same quota.
 */
export async function lookAtAll({ api, trackers, signal, onPage, onTracker }: RoundOptions): Promise<Round> {
  const left = [...trackers];
  const failures = new Map<string, AskFailure>();
  let [requests, news] = [0, 0];

  async function look(tracker: string): Promise<void> {
    let first: number | undefined;
    let token: string | undefined;
    do {
      requests++;
      const page = await api.list(tracker, token, signal);
      first ??= page.askedAt;
      news += onPage({ tracker, ...page });
      token = page.token;
    } while (token !== undefined);
    onTracker(tracker, first);
  }

  async function lane(): Promise<void> {
    for (let tracker = left.shift(); tracker !== undefined; tracker = left.shift()) {
      try {
        await look(tracker);
      } catch (error) {
        if (!(error instanceof AskFailure)) throw error;
        failures.set(tracker, error);
        if (error.status === 429) left.length = 0;
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, trackers.length) }, lane));
  return { requests, news, failures };
}
