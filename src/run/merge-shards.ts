/** What `simctl merge` adds: the directories of shards, and whether they are parts of one run. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HistogramLogReader } from 'hdr-histogram-js';
import { codeOf, messageOf, UsageError } from '../errors.ts';
import type { Histogram } from '../histogram.ts';
import type { Target } from '../target.ts';
import type { Plan } from '../workers/plan.ts';
import type { ShardChoice } from '../workers/share.ts';
import type { RunOptions } from './options.ts';
import type { Summary } from './summary.ts';

/** plan.json of a shard. */
export interface ShardPlanFile extends Plan {
  readonly shard: ShardChoice;
  readonly fleetId: string;
  readonly shift: number | 'live';
  readonly options: RunOptions;
  readonly target: Partial<Target>;
}

/** latency.hlog's, by their tags. */
export const HISTOGRAMS = [
  'response',
  'service',
  'late',
  'lag',
  'publishToStore',
  'endToEnd',
  'endToEndEarliest',
] as const;

export interface ShardRun {
  /** Where it is read from … */
  readonly dir: string;
  /** … and what a person knows it by: that, or its place in a bucket. */
  readonly name: string;
  readonly plan: ShardPlanFile;
  readonly summary: Summary;
  readonly histograms: Readonly<Record<(typeof HISTOGRAMS)[number], Histogram>>;
}

/** A directory that holds those of shards stands for them. @throws UsageError where it cannot be read */
export async function shardDirectories(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error) => {
    const what =
      codeOf(error) === 'ENOENT'
        ? `there is no directory ${dir}`
        : codeOf(error) === 'ENOTDIR'
          ? `${dir} is a file, and the directory of a shard is wanted`
          : `cannot read ${dir}: ${messageOf(error)}`;
    throw new UsageError(what, {
      cause: error,
      hint: 'Name the directories that "simctl run --shard" printed at its end, or one that holds them.',
    });
  });
  const inside = names.filter((name) => /^shard-[0-9]+-of-[0-9]+$/.test(name)).sort();
  return names.includes('plan.json') || inside.length === 0 ? [dir] : inside.map((name) => join(dir, name));
}

/**
 * @returns the shard, or (`ended: false`) one that left no summary
 * @throws UsageError where the directory is no shard's, or is damaged
 */
export async function readShard(
  dir: string,
  name = dir,
): Promise<ShardRun | { readonly name: string; readonly ended: false }> {
  const plan = await readObject<ShardPlanFile>(join(dir, 'plan.json'));
  if (plan === undefined) {
    throw new UsageError(`${name} is no run's directory: there is no plan.json in it`, {
      hint: 'Name the directories that "simctl run --shard" printed at its end.',
    });
  }
  if (plan.shard === undefined || plan.fleetId === undefined) {
    throw new UsageError(`${name} is no shard: it is of a run with one process`, {
      hint: 'There is nothing to add to it; "simctl analyse" reads it as it is.',
    });
  }
  const summary = await readObject<Summary>(join(dir, 'summary.json'));
  if (summary === undefined) return { name, ended: false };
  return { dir, name, plan, summary, histograms: await readHistograms(dir, summary) };
}

async function readObject<T>(file: string): Promise<T | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Each holds as many values as the summary says, or the file is another run's. */
async function readHistograms(dir: string, summary: Summary): Promise<ShardRun['histograms']> {
  const file = join(dir, 'latency.hlog');
  const found = new Map<string, Histogram>();
  try {
    const reader = new HistogramLogReader(await readFile(file, 'utf8'));
    for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) {
      found.set(next.tag, next as Histogram);
    }
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  for (const name of HISTOGRAMS) {
    const count = found.get(name)?.totalCount;
    if (count === summary[name].count) continue;
    throw new UsageError(
      `${file} has ${count ?? 'no'} values of "${name}", and summary.json beside it says ${summary[name].count}`,
      { hint: 'One of them was changed, or is of another run.' },
    );
  }
  return Object.fromEntries(found) as unknown as ShardRun['histograms'];
}

/** What a machine may have of its own; all else shards have in common. */
const OWN = [
  'out',
  'upload',
  'dataset',
  'credentials',
  'probes',
  'generate',
  'target',
  'workers',
  'localAddresses',
  'connectConcurrency',
  'shard',
];

/** What must be equal, each with a name for a person. */
function identity({ plan }: ShardRun): [name: string, value: unknown][] {
  const { name, mqttHost, mqttPort, locationEndpoint, queryEndpoint } = plan.target;
  const common = Object.entries(plan.options).filter(([key]) => !OWN.includes(key));
  return [
    ['fleets', plan.fleetId],
    ['numbers of shards', plan.shard.of],
    ['targets', { name, mqttHost, mqttPort, locationEndpoint, queryEndpoint }],
    ['starts (--start-at)', plan.startAt],
    ['shifts of sample times', plan.shift],
    ...common.map(([key, value]): [string, unknown] => [`plans (${key})`, value]),
  ];
}

/**
 * Whether they are shards of one run, each once, and none is missing.
 * @returns the indices of those that are
 * @throws UsageError that names the directories
 */
export function checkShards(shards: readonly ShardRun[], partial: boolean): number[] {
  const [first] = shards;
  if (first === undefined) throw new UsageError('there is no shard to merge');
  const expected = identity(first);
  const byIndex = new Map<number, ShardRun>();
  for (const shard of shards) {
    const found = new Map(identity(shard));
    for (const [what, value] of expected) {
      const [a, b] = [JSON.stringify(value), JSON.stringify(found.get(what))];
      if (a === b) continue;
      throw new UsageError(`${first.name} and ${shard.name} are of different ${what}: ${a} and ${b}`, {
        hint: 'Merge the shards of one run alone.',
      });
    }
    const { index } = shard.plan.shard;
    const other = byIndex.get(index);
    if (other !== undefined) throw new UsageError(`${other.name} and ${shard.name} are both shard ${index}`);
    byIndex.set(index, shard);
  }
  const { of } = first.plan.shard;
  const missing = Array.from({ length: of }, (_, index) => index).filter((index) => !byIndex.has(index));
  if (missing.length > 0 && !partial) {
    throw new UsageError(
      `of ${of} shards, ${missing.length === 1 ? 'one is' : `${missing.length} are`} missing: ${missing.join(', ')}; there are ${shards.map(({ name }) => name).join(', ')}`,
      { hint: 'Add their directories, or say --partial: the verdict will say it too.' },
    );
  }
  if (missing.length === 0) checkSums(shards);
  return missing;
}

/** A split that is not the fleet exactly once is a bug, and must not pass for a result. */
function checkSums(shards: readonly ShardRun[]): void {
  for (const name of ['devices', 'updates'] as const) {
    const sum = shards.reduce((n, { plan }) => n + plan[name], 0);
    const whole = shards[0]!.plan.fleet[name];
    if (sum !== whole) throw new UsageError(`the shards have ${sum} ${name} together, and the fleet has ${whole}`);
  }
}
