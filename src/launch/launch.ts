/** A run from many machines of AWS, from here: they are hired, followed, what they leave is one run's directory, and they are gone. */
import type { BatchClient } from '@aws-sdk/client-batch';
import { batchClient, cloudWatchLogsClient } from '../aws.ts';
import type { Clock } from '../clock.ts';
import { messageOf, RunError, SetupError } from '../errors.ts';
import { directoriesIn, put, removeAll } from '../run/bucket.ts';
import { merge } from '../run/merge.ts';
import type { Ending } from '../run/signals.ts';
import { checkAhead } from '../run/start-at.ts';
import type { Summary } from '../run/summary.ts';
import { withoutPassword } from '../run/without-keys.ts';
import { failureText, readFailures } from './failures.ts';
import { copyFleet } from './fleet-files.ts';
import { type Followed, followJob, statesText } from './follow.ts';
import { defineJob, forgetDefinition, submitJob, terminateJob } from './job.ts';
import { type LaunchPlan, shardCommand } from './plan.ts';

export interface LaunchContext {
  readonly clock: Clock;
  readonly ending: Pick<Ending, 'stop' | 'abort'>;
  readonly note: (text: string) => void;
  readonly onProgress: (done: number, total: number) => void;
  /** The directory of the whole. */
  readonly out: string;
  /** Leave the shards' own results in the bucket. */
  readonly keep: boolean;
  /** Between two questions how far the job is, ms. */
  readonly everyMs?: number;
}

export interface LaunchResult {
  readonly summary: Summary;
  /** Shards that left no result. */
  readonly missing: readonly number[];
  readonly terminated: Followed['terminated'];
}

/**
 * @throws SetupError where it could not be begun: nothing is left then. RunError where it came to no result; what the shards
 * left stays in the bucket, the devices' keys do not.
 */
export async function launch(plan: LaunchPlan, context: LaunchContext): Promise<LaunchResult> {
  const { places, region, request } = plan;
  const { note, out, keep, ending, clock } = context;
  // Whoever was asked may have taken their time.
  checkAhead(request.startAt, clock.now());
  const batch = await batchClient({ region });
  try {
    const job = await begin(batch, plan, context);
    const followed = await follow(batch, plan, job, context);
    await tidy(note, () => removeAll(places.fleet));
    await tidy(note, () => forgetDefinition(batch, job.definition));
    const names = await directoriesIn(places.results);
    if (names.length === 0) {
      await tidy(note, () => removeAll(places.launch));
      throw nothing(plan, followed);
    }
    ending.abort.throwIfAborted();
    note(`Adding up the results of ${names.length} of ${request.shards} shards`);
    const partial = followed.terminated !== undefined || followed.states.failed > 0;
    const merging = { dirs: [places.results], out, partial };
    const summary = await merge(merging).catch((error) => {
      note(`What the shards left stays in ${places.results}`);
      throw error;
    });
    if (keep) note(`The shards’ own results stay in ${places.results}`);
    else await tidy(note, () => removeAll(places.launch));
    return { summary, missing: summary.missing ?? [], terminated: followed.terminated };
  } finally {
    batch.destroy();
  }
}

interface Begun {
  readonly jobId: string;
  readonly definition: string;
}

/** Makes all that is needed; what was made before something failed is taken away again. */
async function begin(
  batch: BatchClient,
  plan: LaunchPlan,
  { note, onProgress, ending }: LaunchContext,
): Promise<Begun> {
  const { places, id, image, request } = plan;
  let definition: string | undefined;
  try {
    const command = await shardCommand(plan);
    const record = { id, startAt: request.startAt, shards: request.shards, image, command: command.map(shown) };
    await put(places.launch, 'launch.json', `${JSON.stringify(record, null, 2)}\n`);
    await copyFleet(plan, onProgress);
    ending.stop.throwIfAborted();
    definition = await defineJob(batch, plan, command);
    const jobId = await submitJob(batch, plan, definition);
    note(`Launch ${id}: job ${jobId}, to begin at ${new Date(request.startAt).toISOString()}`);
    return { jobId, definition };
  } catch (error) {
    await tidy(note, () => removeAll(places.fleet));
    await tidy(note, () => removeAll(places.launch));
    if (definition !== undefined) await tidy(note, () => forgetDefinition(batch, definition!));
    throw error;
  }
}

/** A word of a command line without the password that it may hold. */
function shown(word: string): string {
  const [, broker] = /^--broker=(.*)$/s.exec(word) ?? [];
  return broker === undefined ? word : `--broker=${withoutPassword(broker)}`;
}

async function follow(
  batch: BatchClient,
  plan: LaunchPlan,
  { jobId }: Begun,
  { note, clock, ending, everyMs }: LaunchContext,
): Promise<Followed> {
  const { shards, startAt } = plan.request;
  const failed = () => reportFailures(batch, plan, jobId, note);
  try {
    const followed = await followJob({
      batch,
      jobId,
      shards,
      startAt,
      clock,
      ...ending,
      terminate(reason) {
        note('Ending the job: each shard that runs has 30 s to finish what is in flight and copy its results');
        return terminateJob(batch, jobId, reason);
      },
      onStates: (states) => note(statesText(states)),
      onNote: note,
      ...(everyMs === undefined ? {} : { everyMs }),
    });
    if (followed.states.failed > 0 && followed.terminated !== 'interrupted') await tidy(note, failed);
    return followed;
  } catch (error) {
    throw new RunError(`launch ${plan.id} is not followed any more: ${messageOf(error)}`, {
      cause: error,
      hint: `Its job may go on. Take it away with "simctl launch remove ${plan.id} --stack ${plan.stack.name}", or wait, and then: simctl merge ${plan.places.results} --out DIR`,
    });
  }
}

async function reportFailures(
  batch: BatchClient,
  { region, generators, request }: LaunchPlan,
  jobId: string,
  note: (text: string) => void,
): Promise<void> {
  const logs = await cloudWatchLogsClient({ region });
  try {
    const job = { jobId, shards: request.shards, logGroup: generators.logGroup };
    const { failures, more } = await readFailures(batch, logs, job);
    for (const failure of failures) note(failureText(failure));
    if (more > 0) note(`${more} more shards failed`);
  } finally {
    logs.destroy();
  }
}

/** What cannot be taken away is said, and is no reason to lose a result. */
async function tidy(note: (text: string) => void, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    note(`${messageOf(error)}; "simctl launch list" shows what is left`);
  }
}

function nothing({ id, stack }: LaunchPlan, { terminated }: Followed): Error {
  if (terminated === 'nobody came') {
    return new SetupError('no machine was there when sending was to begin; nothing was sent', {
      hint: 'AWS takes a minute or more for a machine: give it longer with --start-in. Or the account’s quota of Fargate vCPUs is lower than what was asked for.',
    });
  }
  if (terminated === 'interrupted') {
    return Object.assign(new Error('the launch was ended before anything was sent'), { name: 'AbortError' });
  }
  return new RunError(`no shard of launch ${id} left a result`, {
    hint: `What they said is above, and in the logs of the stack ${stack.name}.`,
  });
}
