/**
 * One process's part of a fleet that several share. Pure: every process computes its own alone, and together they are the
 * fleet exactly once.
 */
import { UsageError } from '../errors.ts';

/** Which part of how many; counted from 0, as AWS Batch, Kubernetes and Slurm (`--array=0-3`) count. */
export interface ShardChoice {
  readonly index: number;
  readonly of: number;
  /** What said which: `--shard`, or the environment's variable. */
  readonly saidBy: string;
}

/** A part of a dataset, or a block of a generated fleet. */
export interface Partition {
  readonly devices: number;
  readonly fixes: number;
}

/** Devices of one partition: all of them, or the neighbours from `from` to before `to`. */
export interface Stretch {
  readonly partition: number;
  /** Index of the partition's first device in the whole fleet. */
  readonly firstDevice: number;
  readonly from?: number;
  readonly to?: number;
}

export interface Share {
  readonly choice: ShardChoice;
  readonly devices: number;
  readonly updates: number;
  readonly stretches: readonly Stretch[];
  readonly counts: FixCounts;
  /** Where shards have very different parts: what a person should know. */
  readonly uneven?: string;
}

/** What one worker sends. */
export interface ShardPlan {
  readonly devices: number;
  readonly updates: number;
  readonly partitions: readonly Stretch[];
}

/** How many fixes each device has, by partition, in the order in which stretches count them. */
export type FixCounts = readonly (readonly number[])[];

/**
 * Whole partitions, as workers have them, so that nobody reads what it does not send; by device where they are too few,
 * and with `byDevice`, for whoever makes fixes rather than reads them: that is more even.
 * @throws UsageError where there are fewer devices than shards; all shards say so alike
 */
export function shareOf(
  choice: ShardChoice,
  partitions: readonly Partition[],
  counts: FixCounts,
  byDevice: boolean,
): Share {
  const { index, of } = choice;
  const devices = partitions.reduce((n, partition) => n + partition.devices, 0);
  if (of > devices) {
    throw new UsageError(`${of} shards of ${devices} devices: some would have none`, {
      hint: 'Use fewer shards, or more devices.',
    });
  }
  const whole = byDevice ? [] : splitPartitions(partitions, of);
  const found = whole.length === of ? whole[index]! : neighbours(everybody(partitions), counts, index, of);
  const uneven = whole.length === of ? unevenText(whole, partitions.length) : undefined;
  const { devices: own, updates, partitions: stretches } = found;
  return { choice, devices: own, updates, stretches, counts, ...(uneven === undefined ? {} : { uneven }) };
}

/** Beyond this, times the mean, the largest share is worth a word: its machine decides how long all take. */
const UNEVEN = 1.25;

function unevenText(shards: readonly ShardPlan[], partitions: number): string | undefined {
  const updates = shards.map((shard) => shard.updates);
  const [least, most] = [Math.min(...updates), Math.max(...updates)];
  const mean = updates.reduce((sum, n) => sum + n, 0) / updates.length;
  if (most <= UNEVEN * mean) return undefined;
  return `shares are uneven, from ${least} to ${most} updates: a dataset is shared by whole partitions, and ${partitions} of them are even over a number of shards that divides ${partitions}`;
}

/** A share over workers: whole stretches while there are enough, then by device. */
export function splitShare({ stretches, devices, counts }: Share, workers: number): ShardPlan[] {
  const pieces = Math.min(workers, devices);
  if (pieces > stretches.length) {
    return Array.from({ length: pieces }, (_, piece) => neighbours(stretches, counts, piece, pieces));
  }
  const alone = stretches.map((stretch) => neighbours([stretch], counts, 0, 1));
  const split = splitPartitions(
    alone.map((of) => ({ devices: of.devices, fixes: of.updates })),
    pieces,
  );
  return split.map((of) => ({ ...of, partitions: of.partitions.map(({ partition }) => stretches[partition]!) }));
}

/** How many updates of the fleet's first `asked` (numbered device by device, round by round) a share has; all of its own where that is fewer. */
export function askedOf({ stretches, counts }: Share, asked: number, fleetDevices: number): number {
  let sum = 0;
  for (const { partition, firstDevice, from = 0, to } of stretches) {
    const fixes = counts[partition]!;
    for (let n = from; n < (to ?? fixes.length); n++) {
      sum += Math.min(fixes[n]!, Math.max(0, Math.ceil((asked - firstDevice - n) / fleetDevices)));
    }
  }
  return sum;
}

/** Whole partitions to shards, largest first to the least loaded: pure, so that every process computes the same. */
export function splitPartitions(partitions: readonly Partition[], shards: number): ShardPlan[] {
  const plans = Array.from({ length: shards }, () => ({
    devices: 0,
    updates: 0,
    partitions: [] as { partition: number; firstDevice: number }[],
  }));
  let firstDevice = 0;
  const offers = partitions.map(({ devices, fixes }, partition) => {
    const offer = { partition, firstDevice, devices, fixes };
    firstDevice += devices;
    return offer;
  });
  for (const { partition, firstDevice: first, devices, fixes } of offers.sort(
    (a, b) => b.fixes - a.fixes || a.partition - b.partition,
  )) {
    if (devices === 0) continue;
    const least = plans.reduce((a, b) => (b.updates < a.updates ? b : a));
    least.partitions.push({ partition, firstDevice: first });
    least.devices += devices;
    least.updates += fixes;
  }
  return plans.filter(({ devices }) => devices > 0);
}

function everybody(partitions: readonly Partition[]): Stretch[] {
  let firstDevice = 0;
  return partitions.map(({ devices }, partition) => {
    const stretch = { partition, firstDevice };
    firstDevice += devices;
    return stretch;
  });
}

/**
 * The `piece`th of `pieces` equal parts of some stretches, laid end to end:
 *
 *     stretches   ├── 0 ──┼─ 1 ─┼──── 2 ────┤
 *     pieces      ├──── 0 ────┼───── 1 ─────┤
 */
function neighbours(stretches: readonly Stretch[], counts: FixCounts, piece: number, pieces: number): ShardPlan {
  const ends = (stretch: Stretch) => {
    const { from = 0, to = counts[stretch.partition]!.length } = stretch;
    return { from, to };
  };
  const all = stretches.reduce((n, stretch) => n + ends(stretch).to - ends(stretch).from, 0);
  const [first, end] = [Math.floor((all * piece) / pieces), Math.floor((all * (piece + 1)) / pieces)];
  const partitions: Stretch[] = [];
  let [before, updates] = [0, 0];
  for (const stretch of stretches) {
    const { from, to } = ends(stretch);
    const own = { from: from + Math.max(0, first - before), to: Math.min(to, from + end - before) };
    before += to - from;
    if (own.from >= own.to) continue;
    const { partition, firstDevice } = stretch;
    const fixes = counts[partition]!;
    const isWhole = own.from === 0 && own.to === fixes.length;
    partitions.push(isWhole ? { partition, firstDevice } : { partition, firstDevice, ...own });
    for (let device = own.from; device < own.to; device++) updates += fixes[device]!;
  }
  return { devices: end - first, updates, partitions };
}
