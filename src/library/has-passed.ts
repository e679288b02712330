import { EXIT } from '../errors.ts';
import { exitCodeOf, type Summary } from '../run/summary.ts';

/** Whether `simctl run` would end with 0: it was neither interrupted nor lost a worker, and kept its thresholds. */
export function hasPassed(summary: Summary): boolean {
  return exitCodeOf(summary) === EXIT.done;
}
