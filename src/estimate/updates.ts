/** What some updates cost on AWS, outside of any month: a run, or a search made of several. */
import { type Design, type Estimate, estimate } from './estimate.ts';

export interface Load {
  readonly updates: number;
  readonly devices: number;
  /** That it all takes. */
  readonly seconds: number;
  readonly payloadBytes: number;
  /** Over `$aws/rules/…`. */
  readonly basicIngest: boolean;
  /** Seconds between two polls of the run's one viewer; absent: there is none. */
  readonly pollSeconds?: number;
}

/** As `simctl estimate` has it by default. */
const FUNCTION = { lambdaMs: 50, lambdaMegabytes: 256 };
const TRACKERS = 10;

/** A stream counts as deployed for the day. */
export function estimateUpdates(design: Design, load: Load): Estimate {
  const { updates, devices, seconds, payloadBytes, basicIngest, pollSeconds } = load;
  return estimate(design, {
    devices,
    intervalSeconds: (devices * seconds) / updates,
    hoursPerDay: seconds / 3600,
    daysPerMonth: 1,
    payloadBytes,
    basicIngest,
    trackers: TRACKERS,
    viewers: pollSeconds === undefined ? 0 : 1,
    pollSeconds: pollSeconds ?? 1,
    ...FUNCTION,
  });
}
