/**
 * A run second by second: what was reported in each, as lines of timeline.ndjson. The seconds add up to the whole
 * exactly, histograms included, so that any window of a run can be judged afterwards.
 */
import type { FailureCode } from '../model.ts';
import { noCounts } from './counts.ts';
import { encodeLatencies, type FleetHistograms, newHistograms } from './latencies.ts';
import { type Counts, LATENCIES, type Latencies } from './protocol.ts';

/** One line: a second, or a little more where workers were slow to report. Counts are of this slice alone. */
export interface Slice {
  /** Epoch ms. */
  from: number;
  to: number;
  sent: number;
  acknowledged: number;
  failed: number;
  unknown: number;
  failures: Record<FailureCode, number>;
  /** At its end. */
  inFlight: number;
  /** Where the run has phases: the one that its middle lies in. */
  phase?: string;
  /** How much of it somebody held the run, or all of its shards; absent: none. */
  pausedMs?: number;
  /** What was begun in it on purpose, as fault.ts reads it; absent: nothing. */
  faults?: string[];
  /** Encoded histograms (histogram.ts). */
  latencies: Latencies;
}

export interface Timeline {
  /** What a shard has just reported. */
  add(interval: Readonly<FleetHistograms>): void;
  /** A fault has begun. */
  mark(fault: string): void;
  /** The fleet's counts so far, at `now`: closes the slice if a second has passed. */
  tick(counts: Counts, now: number): void;
  /** The last slice: whatever the whole has and the slices do not. */
  end(counts: Counts, whole: Readonly<FleetHistograms>, now: number): void;
}

const SLICE_MS = 1000;

/**
 * @param start epoch ms of the first send
 * @param write takes each slice, and its histograms as they are until it returns
 * @param pausedWithin how much of [from, to) somebody held the run, ms
 */
export function newTimeline(
  start: number,
  write: (slice: Slice, histograms: FleetHistograms) => void,
  pausedWithin: (from: number, to: number) => number = () => 0,
): Timeline {
  const [current, written] = [newHistograms(), newHistograms()];
  let from = start;
  let before = noCounts();
  let faults: string[] = [];

  function close(counts: Counts, histograms: FleetHistograms, to: number): void {
    const failures: Record<FailureCode, number> = {};
    for (const [code, n] of Object.entries(counts.failures)) {
      const since = n - (before.failures[code] ?? 0);
      if (since > 0) failures[code] = since;
    }
    const pausedMs = pausedWithin(from, to);
    const slice = {
      from,
      to,
      sent: counts.sent - before.sent,
      acknowledged: counts.acknowledged - before.acknowledged,
      failed: counts.failed - before.failed,
      unknown: counts.unknown - before.unknown,
      failures,
      inFlight: counts.inFlight,
      ...(pausedMs > 0 ? { pausedMs } : {}),
      ...(faults.length > 0 ? { faults } : {}),
      latencies: encodeLatencies(histograms),
    };
    write(slice, histograms);
    faults = [];
    from = to;
    before = { ...counts, failures: { ...counts.failures } };
  }

  return {
    add(interval) {
      for (const name of LATENCIES) current[name].add(interval[name]);
    },
    mark: (fault) => void faults.push(fault),
    tick(counts, now) {
      if (now - from < SLICE_MS) return;
      close(counts, current, now);
      for (const name of LATENCIES) {
        written[name].add(current[name]);
        current[name].reset();
      }
    },
    end(counts, whole, now) {
      // What a worker that died had reported last, its send log may lack.
      if (counts.sent < before.sent) return;
      const rest = newHistograms();
      for (const name of LATENCIES) {
        rest[name].add(whole[name]);
        rest[name].subtract(written[name]);
      }
      if (counts.sent > before.sent || LATENCIES.some((name) => rest[name].totalCount > 0)) close(counts, rest, now);
    },
  };
}
