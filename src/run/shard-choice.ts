import { UsageError } from '../errors.ts';
import type { ShardChoice } from '../workers/share.ts';

/** What tells the elements of an array job apart, each counted from 0 (Slurm: `sbatch --array=0-3`). */
const VARIABLES = ['AWS_BATCH_JOB_ARRAY_INDEX', 'JOB_COMPLETION_INDEX', 'SLURM_ARRAY_TASK_ID'] as const;

export interface ShardFlags {
  /** `i/n`. */
  readonly shard?: string | undefined;
  readonly shards?: number | undefined;
}

/**
 * Which part of the fleet this process has; undefined: all of it.
 * @throws UsageError where it cannot be told, or lies beyond the number of shards
 */
export function chooseShard({ shard, shards }: ShardFlags, environment: NodeJS.ProcessEnv): ShardChoice | undefined {
  if (shard !== undefined) {
    const [, index, of] = /^([0-9]{1,9})\/([0-9]{1,9})$/.exec(shard) ?? [];
    if (index === undefined || Number(of) < 1) {
      throw new UsageError(`--shard is INDEX/NUMBER, counted from 0; got "${shard}"`, {
        hint: 'The first of four shards is --shard 0/4, the last --shard 3/4.',
      });
    }
    return within({ index: Number(index), of: Number(of), saidBy: '--shard' });
  }
  if (shards === undefined) return undefined;
  const set = VARIABLES.filter((name) => environment[name] !== undefined && environment[name] !== '');
  const [name] = set;
  if (name === undefined) {
    throw new UsageError(`--shards ${shards}: which of them is this? None of ${VARIABLES.join(', ')} is set`, {
      hint: `An array job sets one; by hand say --shard 0/${shards} to --shard ${shards - 1}/${shards}.`,
    });
  }
  const other = set.find((one) => environment[one] !== environment[name]);
  if (other !== undefined) {
    throw new UsageError(
      `--shards ${shards}: ${name} is ${environment[name]}, and ${other} is ${environment[other]}; which counts?`,
      { hint: 'Say it by --shard, or unset the other.' },
    );
  }
  const text = environment[name]!;
  if (!/^[0-9]{1,9}$/.test(text)) throw new UsageError(`${name} is "${text}", which is no index of a shard`);
  return within({ index: Number(text), of: shards, saidBy: name });
}

function within(choice: ShardChoice): ShardChoice {
  const { index, of, saidBy } = choice;
  if (index < of) return choice;
  const range = of === 1 ? 'the only index of 1 shard is 0' : `the indices of ${of} shards are 0 to ${of - 1}`;
  throw new UsageError(`${saidBy} says shard ${index}: ${range}`, {
    hint:
      saidBy === 'SLURM_ARRAY_TASK_ID'
        ? `Submit with sbatch --array=0-${of - 1}.`
        : 'The number of shards is the size of the array.',
  });
}
