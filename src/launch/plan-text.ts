/** A launch as a person reads it before saying yes. */
import { planText } from '../workers/plan.ts';
import { launchCostText } from './cost.ts';
import type { LaunchPlan } from './plan.ts';

export function launchText({ plan, load, cost, notes, shares, request, image, stack, generators }: LaunchPlan): string {
  // The workers are those of a machine, which says itself how many it has.
  const [fleet] = planText(plan).split('\n');
  const updates = shares.map(({ share }) => share.updates);
  const [least, most] = [Math.min(...updates), Math.max(...updates)];
  return [
    fleet,
    `${request.shards} shard${request.shards === 1 ? '' : 's'} of ${least === most ? least : `${least} to ${most}`} updates, from ${new Date(request.startAt).toISOString()} on`,
    `queue ${generators.queue} of the stack ${stack.name}, image ${image}`,
    launchCostText(cost, load),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}
