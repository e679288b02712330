import { silentReporter } from '../dashboard/reporter.ts';
import { planRun, planText } from '../workers/plan.ts';
import { checkOptions } from './check-options.ts';
import { fetchFleet } from './fetched-fleet.ts';
import { fleetData } from './fleet-data.ts';
import { fleetShare } from './fleet-share.ts';
import type { RunOptions } from './options.ts';
import { parseThresholds } from './threshold.ts';
import { checkWindows } from './windows.ts';

/** What a run would do, without doing it: nothing is generated, started or sent. Probe files are read (and cached). */
export async function dryRun(options: RunOptions): Promise<string> {
  checkOptions(options);
  // Of what is in a bucket, no more than says what there is; no credentials.
  const fetched = await fetchFleet({ ...options, credentials: undefined });
  const asTheyGo = { ...fetched.options, generate: { ...options.generate, asTheyGo: true } };
  try {
    return await planned(asTheyGo);
  } finally {
    await fetched.remove();
  }
}

async function planned(options: RunOptions): Promise<string> {
  const { shard, startAt } = options;
  const data = await fleetData(options, '', silentReporter(), new AbortController().signal);
  const share = shard === undefined ? undefined : (await fleetShare(shard, data)).share;
  const plan = planRun(options, data.outlook, share);
  checkWindows(parseThresholds(options.thresholds, options.phases), plan.scheduledMs, options.phases);
  const text = planText(plan);
  return startAt === undefined ? text : `${text}\nsending begins at ${new Date(startAt).toISOString()}`;
}
