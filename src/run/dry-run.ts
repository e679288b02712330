import { silentReporter } from '../dashboard/reporter.ts';
import { checkRequest, type PlanFleet, planRun, planText } from '../workers/plan.ts';
import { fleetData } from './fleet-data.ts';
import type { RunOptions } from './options.ts';

/** What a run would do, without doing it: nothing is generated, started or sent. Probe files are read (and cached). */
export async function dryRun(options: RunOptions): Promise<string> {
  checkRequest(options);
  const brought = options.probes !== undefined || options.dataset !== undefined;
  const fleet = brought
    ? (await fleetData(options, '', silentReporter(), new AbortController().signal)).manifest
    : toGenerate(options);
  return planText(planRun(options, fleet));
}

function toGenerate({ generate: { agents, seconds }, every }: RunOptions): PlanFleet {
  const fixes = agents * Math.ceil(seconds / every);
  return {
    devices: agents,
    fixes,
    firstSampleTime: 0,
    lastSampleTime: (seconds - 1) * 1000,
    everySeconds: every,
    partitions: Array.from({ length: 16 }, (_, i) => {
      const share = Math.floor((agents * (i + 1)) / 16) - Math.floor((agents * i) / 16);
      return { devices: share, fixes: agents === 0 ? 0 : (fixes * share) / agents };
    }),
  };
}
