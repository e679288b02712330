import type { Position } from '../model.ts';
import type { Progress } from './reporter.ts';
import { mean, newSeries, type Series, worst } from './series.ts';

/** What a screen remembers of the fleet it watches, since it began to: a snapshot alone knows no past. */
export interface History {
  /** Updates a second. */
  readonly rate: Series;
  /** 99th percentiles of a second, ms. */
  readonly response: Series;
  readonly lag: Series;
  readonly inFlight: Series;
  /** Failed and unanswered updates of a second. */
  readonly bad: Series;
  /** Of each worker, in the last second. */
  readonly workerRates: readonly number[];
  /** By failure code: how many in the last second, and when one last came (epoch ms). */
  readonly failures: ReadonlyMap<string, { readonly recent: number; readonly lastAt: number }>;
  /** Where devices have been, oldest first. */
  readonly trail: readonly Position[];
  add(progress: Progress): void;
}

const TRAIL = 6000;

export function newHistory(): History {
  const [rate, inFlight, bad] = [newSeries(mean), newSeries(mean), newSeries(mean)];
  const [response, lag] = [newSeries(worst), newSeries(worst)];
  const failures = new Map<string, { recent: number; lastAt: number }>();
  let before: Progress | undefined;
  let workerRates: number[] = [];
  let trail: Position[] = [];

  function add(progress: Progress): void {
    const { second, now } = progress;
    if (second === undefined || second.from === before?.second?.from) return;
    const seconds = Math.max(0.001, (second.to - second.from) / 1000);
    rate.add(second.sent / seconds);
    response.add(second.response.p99);
    lag.add(second.lag.p99);
    inFlight.add(progress.inFlight);
    bad.add((second.failed + second.unknown) / seconds);
    // Of the first that is seen nothing can be said but its sums.
    const since = before === undefined ? Number.POSITIVE_INFINITY : (now - before.now) / 1000;
    workerRates = progress.workers.map(({ sent }, i) => (sent - (before?.workers[i]?.sent ?? 0)) / since);
    for (const [code, n] of Object.entries(progress.failures)) {
      const recent = before === undefined ? 0 : n - (before.failures[code] ?? 0);
      failures.set(code, { recent, lastAt: recent > 0 ? now : (failures.get(code)?.lastAt ?? now) });
    }
    trail = [...trail, ...(progress.positions ?? [])].slice(-TRAIL);
    before = progress;
  }

  return {
    rate,
    response,
    lag,
    inFlight,
    bad,
    failures,
    get workerRates() {
      return workerRates;
    },
    get trail() {
      return trail;
    },
    add,
  };
}
