import { UsageError } from '../../errors.ts';
import type { RunOptions } from '../options.ts';
import { parseThresholds } from '../threshold.ts';
import type { SearchRequest } from './search.ts';

/** All that a capacity search can be told, as plain values. */
export interface CapacityOptions {
  readonly search: SearchRequest;
  /** What is raised: the fleet's updates a second, or the number of its devices. */
  readonly by: 'rate' | 'devices';
  /** Of devices: seconds between two updates of one. */
  readonly intervalSeconds: number;
  readonly stepSeconds: number;
  /** Seconds before each step's own that do not count. */
  readonly warmUpSeconds: number;
  /** What every step must keep to; absent: the usual, as far as they can be judged (default-thresholds.ts). */
  readonly thresholds?: readonly string[] | undefined;
  readonly lagLimitMs: number;
  /** Of the embedded stand-in (stand-in-options.ts). */
  readonly quota?: 'aws' | 'none' | number | undefined;
  /**
   * Each step's run, but for what the search decides: its directory, fleet, pace and thresholds. Its `out` is the
   * search's own directory.
   */
  readonly run: RunOptions;
}

/** @throws UsageError with every problem at once */
export function checkCapacity({
  search,
  by,
  stepSeconds,
  warmUpSeconds,
  intervalSeconds,
  ...rest
}: CapacityOptions): void {
  const problems: string[] = [];
  const { from, to, factor, precision, repeat } = search;
  if (!(from > 0)) problems.push(`--from must be above 0; got ${from}`);
  if (!(to >= from)) problems.push(`--to must be at least --from, ${from}; got ${to}`);
  if (!(factor >= 1.1 && factor <= 100)) problems.push(`--factor must be from 1.1 to 100; got ${factor}`);
  if (!(precision >= 0.005 && precision <= 1))
    problems.push(`--precision must be from 0.5% to 100%; got ${100 * precision}%`);
  if (!(Number.isInteger(repeat) && repeat >= 1 && repeat % 2 === 1))
    problems.push(`--repeat must be an odd number, so that there is a majority; got ${repeat}`);
  if (!(stepSeconds >= 1)) problems.push(`--step-time must be at least 1 s; got ${stepSeconds} s`);
  if (!(warmUpSeconds >= 0)) problems.push(`--warm-up must be 0 s or more; got ${warmUpSeconds} s`);
  if (!(rest.lagLimitMs > 0)) problems.push(`--lag-limit must be above 0; got ${rest.lagLimitMs}`);
  if (by === 'devices' && !(intervalSeconds > 0))
    problems.push(`--interval must be above 0 s; got ${intervalSeconds} s`);
  if (rest.quota !== undefined && rest.quota !== 'none' && !embedsStandIn(rest.run))
    problems.push('--quota is of the embedded stand-in: it goes with --target local and --transport iot or tracker');
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl capacity --help".' });
  parseThresholds(rest.thresholds ?? []);
}

/** Whether a stand-in is started for it. */
export function embedsStandIn({ target, transport }: Pick<RunOptions, 'target' | 'transport'>): boolean {
  return target === 'local' && (transport === 'iot' || transport === 'tracker');
}
