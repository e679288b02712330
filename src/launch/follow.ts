/** Following a job to its end: how many of its shards are where, as often as that changes. */
import type { BatchClient, JobDetail, JobStatus } from '@aws-sdk/client-batch';
import type { Clock } from '../clock.ts';
import { messageOf, RunError } from '../errors.ts';

/** Shards by where they are; they add up to all. */
export interface ShardStates {
  /** For a machine. */
  readonly waiting: number;
  /** The machine is there, and fetches the image. */
  readonly starting: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
}

export interface FollowOptions {
  readonly batch: Pick<BatchClient, 'send'>;
  readonly jobId: string;
  readonly shards: number;
  /** Epoch ms: who does not run by then takes no part. */
  readonly startAt: number;
  readonly clock: Clock;
  /** The job is to be ended; it is followed until it has. */
  readonly stop: AbortSignal;
  /** Nothing is waited for any more. */
  readonly abort: AbortSignal;
  /** Ends the job, with a reason; called once at most. */
  readonly terminate: (reason: string) => Promise<void>;
  readonly onStates: (states: ShardStates) => void;
  readonly onNote: (text: string) => void;
  readonly everyMs?: number;
}

export interface Followed {
  readonly states: ShardStates;
  /** Why it was ended from here; absent: it ended by itself. */
  readonly terminated?: 'interrupted' | 'nobody came';
}

const EVERY_MS = 5000;
const LOOK_MS = 500;
/** The SDK has tried each three times. */
const FAILURES = 10;

/** @throws RunError where the job cannot be seen any more, or `abort` came; it may go on then */
export async function followJob(options: FollowOptions): Promise<Followed> {
  const { clock, stop, abort, startAt, terminate, onStates, onNote, everyMs = EVERY_MS } = options;
  let [shown, failures]: [string, number] = ['', 0];
  let terminated: Followed['terminated'];
  for (;;) {
    if (abort.aborted) throw new RunError('the job was left alone before it had ended');
    try {
      if (stop.aborted && terminated === undefined) {
        await terminate('interrupted by simctl launch');
        terminated = 'interrupted';
      }
      const { states, ended } = await look(options);
      failures = 0;
      if (JSON.stringify(states) !== shown) onStates(states);
      shown = JSON.stringify(states);
      if (ended) return { states, ...(terminated === undefined ? {} : { terminated }) };
      const { waiting, starting, running } = states;
      // A machine that comes now would be late. Those that wait for one may wait for ever.
      if (terminated === undefined && clock.now() > startAt && running === 0 && waiting + starting > 0) {
        onNote('No shard runs, and the start has passed: those that still wait would be late. Ending the job');
        await terminate('not there at the start');
        terminated = 'nobody came';
      }
    } catch (error) {
      if (++failures >= FAILURES) {
        throw new RunError(`AWS Batch cannot be asked any more: ${messageOf(error)}`, { cause: error });
      }
      onNote(`AWS Batch did not answer (${messageOf(error)}); asking again`);
    }
    const next = clock.now() + everyMs;
    while (!abort.aborted && clock.now() < next && !(stop.aborted && terminated === undefined))
      if (!(await clock.until(Math.min(next, clock.now() + LOOK_MS)))) throw new RunError('the clock was stopped');
  }
}

async function look({ batch, jobId, shards }: FollowOptions): Promise<{ states: ShardStates; ended: boolean }> {
  const { DescribeJobsCommand } = await import('@aws-sdk/client-batch');
  const { jobs } = await batch.send(new DescribeJobsCommand({ jobs: [jobId] }));
  const job = jobs?.[0];
  // A job that was just submitted may not be there yet for whoever asks.
  if (job === undefined) throw new Error(`there is no job ${jobId}`);
  return { states: statesOf(job, shards), ended: job.status === 'SUCCEEDED' || job.status === 'FAILED' };
}

/** An array counts its children by state; until it has made them all, the rest wait. */
export function statesOf(
  { status, arrayProperties }: Pick<JobDetail, 'status' | 'arrayProperties'>,
  shards: number,
): ShardStates {
  const summary: Partial<Record<string, number>> =
    shards === 1 ? { [status as JobStatus]: 1 } : (arrayProperties?.statusSummary ?? {});
  const of = (name: JobStatus) => summary[name] ?? 0;
  const [starting, running, succeeded, failed] = [of('STARTING'), of('RUNNING'), of('SUCCEEDED'), of('FAILED')];
  return { waiting: shards - starting - running - succeeded - failed, starting, running, succeeded, failed };
}

/** `20 shards: 3 waiting, 17 running`. */
export function statesText(states: ShardStates): string {
  const all = Object.values(states).reduce((sum, n) => sum + n, 0);
  const some = Object.entries(states).filter(([, n]) => n > 0);
  return `${all} shard${all === 1 ? '' : 's'}: ${some.map(([name, n]) => `${n} ${name}`).join(', ')}`;
}
