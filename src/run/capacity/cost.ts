/** What a search may cost on AWS at most, said before it begins. */
import { PRICES_AS_OF } from '../../estimate/prices.ts';
import { estimateUpdates } from '../../estimate/updates.ts';
import type { Target } from '../../target.ts';
import type { CapacityOptions } from './options.ts';
import type { SearchRequest } from './search.ts';

/** Around what a step is made of: connecting, settling, reading back. */
const AROUND_SECONDS = 15;
/** A position as JSON. */
const PAYLOAD_BYTES = 160;

/** The loads of a search's steps where it goes as badly as it can: every one of them repeated, and the knee at the top. */
export function mostSteps({ from, to, factor, precision, repeat }: SearchRequest): number[] {
  const raise: number[] = [];
  for (let load = from; load < to; load *= factor) raise.push(load);
  const halvings = Math.ceil(Math.max(0, Math.log2(Math.log(factor) / Math.log(1 + precision))));
  return [...raise, ...Array.from({ length: repeat * (1 + halvings) }, () => to)];
}

export function capacityCost(
  { search, by, intervalSeconds, stepSeconds, warmUpSeconds, run }: CapacityOptions,
  { stack }: Target,
): { readonly updates: number; readonly usd: number; readonly text: string } {
  const perSecond = (load: number) => (by === 'devices' ? load / intervalSeconds : load);
  const loads = mostSteps(search);
  const each = stepSeconds + warmUpSeconds;
  const updates = Math.ceil(loads.reduce((sum, load) => sum + perSecond(load) * each, 0));
  const devices = by === 'devices' ? search.to : run.generate.agents;
  const seconds = loads.length * (each + AROUND_SECONDS);
  const load = { updates, devices, seconds, payloadBytes: PAYLOAD_BYTES, basicIngest: run.basicIngest === true };
  const { usd } = estimateUpdates(stack?.ingest ?? 'lambda', { ...load, pollSeconds: run.pollMs / 1000 });
  const text = `AWS: at most ${loads.length} steps, ${updates.toLocaleString('en')} updates, ${usd.toFixed(2)} USD (list prices of us-east-1 as of ${PRICES_AS_OF}, unverified); a lower --to costs less`;
  return { updates, usd, text };
}
