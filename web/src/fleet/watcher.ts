/** From what the API said to what the page shows: one view, one fleet, one receive log, one sample clock. */
import type { ReceivedLine } from '../../../src/logs.ts';
import { type LookedAt, newView } from '../../../src/receiver/poll.ts';
import type { ListedDevice } from '../feed/ask.ts';
import type { PushedDevice } from '../feed/push.ts';
import { type Fleet, type Motion, newFleet } from './fleet.ts';
import { newReceivedLog, type ReceivedLog } from './received-log.ts';
import { afterSeeing, sampleNow, UNKNOWN_CLOCK } from './sample-clock.ts';

export interface Watcher {
  readonly fleet: Fleet;
  readonly log: ReceivedLog;
  /** When something new was last seen, epoch ms; 0: never. */
  readonly lastNewsAt: number;
  /** Sample seconds per wall second. */
  readonly rate: number;
  /** The run's sample clock at `wall`, both epoch ms; undefined while nothing has been seen. */
  sampleNow(wall: number): number | undefined;
  /** A page of a list. @returns how many positions were new */
  look(page: LookedAt): number;
  /** All pages of a tracker have been looked at, the first asked for at `askedAt`. */
  wholeRound(tracker: string, askedAt: number): void;
  /** Positions that arrived on a stream of changes at `at`; what came before on it had arrived at `since`. */
  hear(positions: readonly PushedDevice[], since: number, at: number): void;
}

export function newWatcher(epoch: number, options: { still?: boolean } = {}): Watcher {
  const view = newView();
  const fleet = newFleet(epoch, options);
  const log = newReceivedLog();
  let clock = UNKNOWN_CLOCK;
  let lastNewsAt = 0;

  function take(lines: readonly ReceivedLine[], page: LookedAt): number {
    let newest = Number.NEGATIVE_INFINITY;
    // Lines come in the order of the entries that they are made of.
    let entry = -1;
    for (const line of lines) {
      do entry++;
      while (page.entries[entry] && !isMadeOf(line, page.entries[entry]!));
      fleet.apply(line, page.tracker, motionOf(page.entries[entry] as ListedDevice | undefined));
      log.add(line);
      newest = Math.max(newest, line.sampleTime);
    }
    if (lines.length > 0) {
      lastNewsAt = page.answeredAt;
      clock = afterSeeing(clock, page.answeredAt, newest);
    }
    return lines.length;
  }

  return {
    fleet,
    log,
    get lastNewsAt() {
      return lastNewsAt;
    },
    get rate() {
      return clock.rate;
    },
    sampleNow: (wall) => sampleNow(clock, wall),
    look: (page) => take(view.see(page), page),
    wholeRound: (tracker, askedAt) => view.wholeRound(tracker, askedAt),
    hear(positions, since, at) {
      const byTracker = new Map<string, PushedDevice[]>();
      for (const position of positions) {
        const entries = byTracker.get(position.TrackerName);
        if (entries) entries.push(position);
        else byTracker.set(position.TrackerName, [position]);
      }
      for (const [tracker, entries] of byTracker) {
        const page = { tracker, askedAt: since, answeredAt: at, entries, pushed: true };
        take(view.see(page), page);
      }
    },
  };
}

function isMadeOf(line: ReceivedLine, entry: LookedAt['entries'][number]): boolean {
  return entry?.DeviceId === line.id && Date.parse(entry.SampleTime) === line.sampleTime;
}

/** Text that is no number is no motion; some trackers give properties of their own making. */
function motionOf(entry: ListedDevice | undefined): Motion {
  const { speed, heading } = Object(entry?.PositionProperties) as { speed?: string; heading?: string };
  const [mps, degrees] = [Number.parseFloat(speed ?? ''), Number.parseFloat(heading ?? '')];
  return { ...(mps >= 0 ? { speed: mps } : {}), ...(degrees >= 0 && degrees < 360 ? { heading: degrees } : {}) };
}
