import { silentReporter } from '../dashboard/reporter.ts';
import { fleetOutlook } from '../generator/fleet-options.ts';
import { checkFleet } from '../generator/generate-options.ts';
import { checkRequest, planRun, planText } from '../workers/plan.ts';
import { fleetData } from './fleet-data.ts';
import type { RunOptions } from './options.ts';

/** What a run would do, without doing it: nothing is generated, started or sent. Probe files are read (and cached). */
export async function dryRun(options: RunOptions): Promise<string> {
  checkRequest(options);
  const brought = options.probes !== undefined || options.dataset !== undefined;
  const { asTheyGo, ...fleet } = options.generate;
  const outlook = brought
    ? (await fleetData(options, '', silentReporter(), new AbortController().signal)).outlook
    : fleetOutlook(await checkFleet({ ...fleet, every: options.every }, Date.now()));
  return planText(planRun(options, outlook));
}
