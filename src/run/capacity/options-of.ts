import { UsageError } from '../../errors.ts';
import { parseQuota } from '../../local/quota-choice.ts';
import { defaultsOf } from '../../setting.ts';
import { optionsOf } from '../options-of.ts';
import { RUN_SETTINGS } from '../settings.ts';
import type { CapacityOptions } from './options.ts';
import type { CapacityValues } from './settings.ts';

/** The options of a search that was told `values`. @throws UsageError */
export function capacityOptionsOf(values: CapacityValues): CapacityOptions {
  const { by, from, to, factor, precision, repeat, quota, out, interval, threshold, ...run } = values;
  const { 'step-time': stepSeconds, 'warm-up': warmUpSeconds, 'lag-limit': lagLimitMs, ...each } = run;
  // Where there is no tracker to filter it, a fix need not be 30 s of sample time from the one before.
  const plain = each.transport === 'mqtt' || each.transport === 'memory';
  return {
    search: { from, to, factor, precision: parsePart(precision), repeat, whole: by === 'devices' },
    by,
    intervalSeconds: interval,
    stepSeconds,
    warmUpSeconds,
    thresholds: threshold,
    lagLimitMs,
    quota: parseQuota(quota),
    run: {
      ...optionsOf({ ...defaultsOf(RUN_SETTINGS), ...each, every: plain ? 1 : RUN_SETTINGS.every.default }),
      out,
    },
  };
}

/** `5%` or `0.05` → 0.05. */
function parsePart(text: string): number {
  const match = /^\s*([0-9]*\.?[0-9]+)\s*(%)?\s*$/.exec(text);
  if (match) return Number(match[1]) / (match[2] === '%' ? 100 : 1);
  throw new UsageError(`--precision is a part, such as 5%; got "${text}"`, { hint: 'See "simctl capacity --help".' });
}
