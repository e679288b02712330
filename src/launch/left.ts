/** What launches have left: jobs that go on, definitions, files in the bucket. Each is known by the launch's id. */
import type { BatchClient } from '@aws-sdk/client-batch';
import { batchClient } from '../aws.ts';
import { messageOf, SetupError, UsageError } from '../errors.ts';
import { directoriesIn, removeAll } from '../run/bucket.ts';
import { readStack } from '../stack.ts';
import type { Generators } from '../target.ts';
import { forgetDefinition, terminateJob } from './job.ts';
import { FLEETS, isLaunchId, jobName, LAUNCHES, launchOf, placesOf } from './places.ts';

export interface LeftLaunch {
  readonly id: string;
  /** Of its job; absent where AWS Batch does not know it any more, which is a day after its end. */
  readonly status?: string;
  /** Set while the job goes on. */
  readonly runningJob?: string;
  readonly definitions: readonly string[];
  /** Results that were not fetched, or were kept. */
  readonly results: boolean;
  /** Devices' keys and the dataset. */
  readonly fleet: boolean;
}

export interface Stack {
  readonly name: string;
  readonly region: string;
}

const ENDED = ['SUCCEEDED', 'FAILED'];

/** @returns those of the stack, the earliest first @throws SetupError */
export async function leftLaunches({ name, region }: Stack): Promise<LeftLaunch[]> {
  const generators = await generatorsOf(name, region);
  const batch = await batchClient({ region });
  try {
    const [jobs, definitions, results, fleets] = await Promise.all([
      jobsOf(batch, generators, name),
      definitionsOf(batch, name),
      directoriesIn(`s3://${generators.bucket}/${LAUNCHES}`),
      directoriesIn(`s3://${generators.bucket}/${FLEETS}`),
    ]);
    const ids = new Set([...jobs.keys(), ...definitions.keys(), ...results, ...fleets].filter(isLaunchId));
    return [...ids].sort().map((id) => {
      const job = jobs.get(id);
      const going = job !== undefined && !ENDED.includes(job.status);
      return {
        id,
        ...(job === undefined ? {} : { status: job.status }),
        ...(going ? { runningJob: job.jobId } : {}),
        definitions: definitions.get(id) ?? [],
        results: results.includes(id),
        fleet: fleets.includes(id),
      };
    });
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`cannot ask AWS Batch in ${region}: ${messageOf(error)}`, {
      cause: error,
      hint: 'These credentials need batch:ListJobs and batch:DescribeJobDefinitions.',
    });
  } finally {
    batch.destroy();
  }
}

/** Whether there is anything to take away: a job that has ended goes by itself. */
export function isLeft({ runningJob, definitions, results, fleet }: LeftLaunch): boolean {
  return runningJob !== undefined || definitions.length > 0 || results || fleet;
}

/** @throws SetupError where something cannot be taken away; what was before it is gone */
export async function removeLaunch({ name, region }: Stack, left: LeftLaunch): Promise<void> {
  const generators = await generatorsOf(name, region);
  const places = placesOf(generators, left.id);
  const batch = await batchClient({ region });
  try {
    if (left.runningJob !== undefined) await terminateJob(batch, left.runningJob, 'removed by simctl launch remove');
    for (const definition of left.definitions) await forgetDefinition(batch, definition);
    await removeAll(places.fleet);
    await removeAll(places.launch);
  } finally {
    batch.destroy();
  }
}

/** @throws UsageError for an id that is none, or is not there */
export function chosen(left: readonly LeftLaunch[], ids: readonly string[]): LeftLaunch[] {
  return ids.map((id) => {
    const found = left.find((one) => one.id === id);
    if (found !== undefined) return found;
    throw new UsageError(`there is no launch ${id}`, { hint: '"simctl launch list" names those that are.' });
  });
}

async function generatorsOf(name: string, region: string): Promise<Generators> {
  const { generators } = (await readStack(region, name)).stack;
  if (generators !== undefined) return generators;
  throw new SetupError(`the stack ${name} has no machines to launch on`, {
    hint: 'It was deployed without -c generators=true, so there is nothing of a launch.',
  });
}

/** The newest job of each launch. With a filter, ListJobs gives those of all states (API reference, ListJobs). */
async function jobsOf(
  client: BatchClient,
  { queue }: Generators,
  stack: string,
): Promise<Map<string, { jobId: string; status: string }>> {
  const { paginateListJobs } = await import('@aws-sdk/client-batch');
  const jobs = new Map<string, { jobId: string; status: string }>();
  const filters = [{ name: 'JOB_NAME', values: [`${jobName(stack, '')}*`] }];
  for await (const { jobSummaryList = [] } of paginateListJobs({ client }, { jobQueue: queue, filters }))
    for (const { jobId = '', jobName: name = '', status = '' } of jobSummaryList) {
      const id = launchOf(stack, name);
      if (id !== undefined) jobs.set(id, { jobId, status });
    }
  return jobs;
}

async function definitionsOf(client: BatchClient, stack: string): Promise<Map<string, string[]>> {
  const { paginateDescribeJobDefinitions } = await import('@aws-sdk/client-batch');
  const found = new Map<string, string[]>();
  for await (const { jobDefinitions = [] } of paginateDescribeJobDefinitions({ client }, { status: 'ACTIVE' }))
    for (const { jobDefinitionName = '', jobDefinitionArn = '' } of jobDefinitions) {
      const id = launchOf(stack, jobDefinitionName);
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), jobDefinitionArn]);
    }
  return found;
}
