import { statSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import { checkRequest, requestProblems } from '../workers/plan.ts';
import { isBucket } from './bucket.ts';
import type { RunOptions } from './options.ts';
import { thresholdProblems } from './threshold.ts';

/** Whether a run has sense, before there is a fleet. @throws UsageError with every problem at once */
export function checkOptions(options: RunOptions): void {
  const problems = [
    ...requestProblems(options),
    ...credentialsProblems(options),
    ...thresholdProblems(options.thresholds, options.phases),
  ];
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl run --help".' });
  checkRequest(options);
}

function credentialsProblems({ credentials, target }: RunOptions): string[] {
  if (credentials === undefined) return [];
  if (target === 'local')
    return ['--credentials are of devices that a --target knows; the embedded stand-in makes its own for each run'];
  if (isBucket(credentials)) return [];
  const found = statSync(credentials, { throwIfNoEntry: false });
  if (found?.isDirectory()) return [];
  return [`--credentials ${credentials}: ${found ? 'it is no directory' : 'there is no such directory'}`];
}
