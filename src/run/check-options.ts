import { UsageError } from '../errors.ts';
import { checkRequest, requestProblems } from '../workers/plan.ts';
import type { RunOptions } from './options.ts';
import { thresholdProblems } from './threshold.ts';

/** Whether a run has sense, before there is a fleet. @throws UsageError with every problem at once */
export function checkOptions(options: RunOptions): void {
  const problems = [...requestProblems(options), ...thresholdProblems(options.thresholds, options.phases)];
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl run --help".' });
  checkRequest(options);
}
