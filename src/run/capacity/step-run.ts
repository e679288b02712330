/** The run that a step of a search is. */
import type { Reporter } from '../../dashboard/reporter.ts';
import type { RunOptions } from '../options.ts';
import type { CapacityOptions } from './options.ts';

/**
 * A step so much behind its schedule has not taken its load (step.ts, LEAST_ACHIEVED); what it still had to send, which
 * may be minutes of it, would say no more.
 */
const GRACE = 0.1;
const LEAST_GRACE_MS = 2000;

/** One step's run, where the target is left as it was asked for. */
export function stepOptions(options: CapacityOptions, load: number): RunOptions {
  const { run: base, by, stepSeconds, warmUpSeconds, thresholds, lagLimitMs } = options;
  const perSecond = offeredBy(options, load);
  const updates = Math.ceil(perSecond * (warmUpSeconds + stepSeconds));
  // Each device sends at least one update, and they shall not make the step longer.
  const agents = by === 'devices' ? load : Math.max(1, Math.min(base.generate.agents, updates));
  return {
    ...base,
    dataset: undefined,
    probes: undefined,
    generate: {
      ...base.generate,
      agents,
      // A fix in each so many seconds, as many as the step lasts; the workers make them as they send them.
      seconds: Math.max(1, Math.ceil(updates / agents)) * base.every,
      asTheyGo: true,
    },
    pace: `rate:${perSecond}/s`,
    thresholds: thresholds ?? [],
    lagLimitMs,
    upload: undefined,
    shard: undefined,
    startAt: undefined,
  };
}

/** Updates a second. */
export function offeredBy({ by, intervalSeconds }: CapacityOptions, load: number): number {
  return by === 'devices' ? load / intervalSeconds : load;
}

export function loadText(load: number, by: CapacityOptions['by']): string {
  return by === 'devices' ? `${load} devices` : `${load}/s`;
}

/** `07-436-per-second` */
export function stepName(i: number, load: number, by: CapacityOptions['by']): string {
  return `${String(i + 1).padStart(2, '0')}-${load}-${by === 'devices' ? 'devices' : 'per-second'}`;
}

/** Says which step it is; what each run says anew is said once. Calls `end` where the step is beyond saving. */
export function stepReporter(
  reporter: Reporter,
  i: number,
  load: string,
  { stepSeconds }: CapacityOptions,
  end: () => void,
): Reporter {
  const graceMs = Math.max(LEAST_GRACE_MS, stepSeconds * 1000 * GRACE);
  return {
    ...reporter,
    step: (step, text) => reporter.step(step, `[${i + 1}] ${load}: ${text}`),
    note: (text) => (i === 0 ? reporter.note(text) : undefined),
    fleet(progress) {
      reporter.fleet(progress);
      const { startedAt, now, scheduledMs } = progress;
      if (startedAt > 0 && now - startedAt > scheduledMs + graceMs) end();
    },
  };
}

/** An end that was asked for is no failure of the search. */
export async function unlessAborted<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined;
    throw error;
  }
}
