/** A step in which a worker thread died: it says nothing of the target. */
import { RunError } from '../../errors.ts';
import type { WorkerDeath } from '../../workers/fleet-result.ts';

export interface DiedStep {
  readonly load: number;
  readonly deaths: readonly WorkerDeath[];
  /** The step's own run directory. */
  readonly out: string;
}

/** @param load as a person reads it */
export function diedLine({ deaths }: DiedStep, load: string): string {
  return `${load}: no evidence, ${deathsText(deaths)}`;
}

/** Of one step that was made twice. */
export function diedTwice(first: DiedStep, second: DiedStep, load: string): RunError {
  return new RunError(
    `worker threads died in two steps of ${load}, one after the other: ${deathsText(first.deaths)}; then ${deathsText(second.deaths)}`,
    {
      hint: `What was sent until then is in ${first.out} and ${second.out}. Where they ran out of memory, use more workers (--workers), or fewer devices.`,
    },
  );
}

function deathsText(deaths: readonly WorkerDeath[]): string {
  return deaths.map(({ worker, message }) => `worker ${worker} died (${message})`).join(', ');
}
