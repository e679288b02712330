/** A pace that ends of itself may leave fixes that it did not ask for: those are neither sent nor missing. */
import { lengthMs, updatesAskedFor } from '../workers/pacer.ts';
import type { Plan } from '../workers/plan.ts';

/**
 * A pace of rates says how many updates it asks for; another that ends has asked for what was sent until then.
 * @returns undefined where the pace goes on until the fixes end
 */
export function fixesNotAskedFor(
  { pace, fixes, updates }: Pick<Plan, 'pace' | 'fixes' | 'updates'>,
  sent: number,
  interrupted: boolean,
): number | undefined {
  if (lengthMs(pace) === undefined) return undefined;
  return fixes - (updatesAskedFor(pace) === undefined && !interrupted ? sent : updates);
}

export function paceEndLines({
  planned,
  sent,
  interrupted,
  notAskedFor,
}: {
  planned: number;
  sent: number;
  interrupted: boolean;
  notAskedFor?: number;
}): string[] {
  if (notAskedFor === undefined) return [];
  return [
    ...(notAskedFor > 0 ? [`  the pace ended before ${notAskedFor} more fixes were asked for`] : []),
    ...(planned > sent && !interrupted ? ['  some devices had fewer fixes than the pace asked of them'] : []),
  ];
}
