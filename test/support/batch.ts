/**
 * AWS Batch over HTTP, and the logs of its jobs, as `simctl launch` meets them: every request and every answer is held to
 * the SDK's own model of the service, and to what its documentation says of array jobs on Fargate.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ContainerProperties, JobDetail, JobStatus } from '@aws-sdk/client-batch';
import * as batchModel from '@aws-sdk/client-batch';
import * as logsModel from '@aws-sdk/client-cloudwatch-logs';
import { type Operation, operationsOf, problemsOf } from './sdk-schema.ts';

/** A child of an array, or a job alone. */
export interface FakeChild {
  readonly id: string;
  readonly index: number;
  status: JobStatus;
  statusReason?: string;
  exitCode?: number;
  /** What it printed. */
  log: string[];
}

export interface FakeJob {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly container: ContainerProperties;
  readonly children: readonly FakeChild[];
  terminated?: string;
}

export interface BatchOptions {
  /** What a machine does, from when it runs; it answers with its exit code. `ended` is SIGTERM. */
  readonly machine?: (child: FakeChild, job: FakeJob, ended: AbortSignal) => Promise<number>;
  /** Children with these indices never get a machine. */
  readonly without?: readonly number[];
}

export interface Batch {
  readonly endpoint: string;
  readonly jobs: FakeJob[];
  /** ACTIVE ones, by ARN. */
  readonly definitions: Map<
    string,
    { readonly name: string; readonly container: ContainerProperties; readonly body: Body }
  >;
  /** Operations, in the order in which they were asked for. */
  readonly asked: string[];
  /** The next so many requests for an operation are answered so. */
  fail(operation: string, error: { readonly status: number; readonly name: string; readonly times: number }): void;
  close(): Promise<void>;
}

type Body = Record<string, unknown>;

/** What each operation of this stub answers; anything else is not there. */
type Answers = Readonly<Record<string, (body: Body) => Body>>;

class Refused extends Error {}

const ACCOUNT = 'arn:aws:batch:eu-west-1:123456789012';

export async function serveBatch({ machine, without = [] }: BatchOptions = {}): Promise<Batch> {
  const byPath = new Map(operationsOf(batchModel).map((operation) => [operation.path, operation]));
  const byTarget = new Map(operationsOf(logsModel).map((operation) => [operation.name, operation]));
  const jobs: FakeJob[] = [];
  const definitions: Batch['definitions'] = new Map();
  const asked: string[] = [];
  const failures = new Map<string, { status: number; name: string; times: number }>();
  const endings = new Map<string, AbortController>();
  let made = 0;

  function refuseUnless(ok: unknown, message: string): asserts ok {
    if (!ok) throw new Refused(message);
  }

  function start(job: FakeJob): void {
    for (const child of job.children) {
      if (without.includes(child.index) || machine === undefined) continue;
      child.status = 'RUNNING';
      const ending = new AbortController();
      endings.set(child.id, ending);
      void machine(child, job, ending.signal).then((code) => {
        child.exitCode = code;
        child.statusReason = job.terminated ?? (code === 0 ? 'Essential container in task exited' : 'Task failed');
        // Whoever was terminated has failed, whatever its exit code ("Terminating a job").
        child.status = code === 0 && job.terminated === undefined ? 'SUCCEEDED' : 'FAILED';
      });
    }
  }

  const statusOf = ({ children }: FakeJob): JobStatus => {
    const all = children.map(({ status }) => status);
    if (all.every((status) => status === 'SUCCEEDED')) return 'SUCCEEDED';
    if (all.every((status) => status === 'SUCCEEDED' || status === 'FAILED')) return 'FAILED';
    return children.length === 1 ? all[0]! : 'PENDING';
  };

  const answers: Answers = {
    RegisterJobDefinition(body) {
      const name = String(body.jobDefinitionName);
      refuseUnless(/^[A-Za-z0-9_-]{1,128}$/.test(name), `jobDefinitionName: ${name}`);
      const container = body.containerProperties as ContainerProperties;
      refuseUnless(String(body.platformCapabilities) === 'FARGATE', 'not of Fargate');
      refuseUnless(container.executionRoleArn, 'executionRoleArn is required for jobs that run on Fargate resources');
      const sizes = new Map(container.resourceRequirements?.map(({ type, value }) => [type, Number(value)]));
      const [vcpu, memory] = [sizes.get('VCPU')!, sizes.get('MEMORY')!];
      // ResourceRequirement: with 1 to 4 vCPUs, from 2 to 8 GB each.
      refuseUnless([1, 2, 4].includes(vcpu) && memory % 1024 === 0 && memory >= 2048 * vcpu, `${vcpu} with ${memory}`);
      refuseUnless(memory <= 8192 * vcpu, `${vcpu} vCPUs with ${memory} MiB`);
      const { attemptDurationSeconds = 60 } = (body.timeout ?? {}) as { attemptDurationSeconds?: number };
      refuseUnless(attemptDurationSeconds >= 60, 'the timeout is 60 s at least');
      const jobDefinitionArn = `${ACCOUNT}:job-definition/${name}:1`;
      definitions.set(jobDefinitionArn, { name, container, body });
      return { jobDefinitionName: name, jobDefinitionArn, revision: 1 };
    },
    SubmitJob(body) {
      const name = String(body.jobName);
      const definition = definitions.get(String(body.jobDefinition));
      refuseUnless(definition, `there is no job definition ${body.jobDefinition}`);
      refuseUnless(String(body.jobQueue).includes('job-queue/'), `there is no queue ${body.jobQueue}`);
      const { size } = (body.arrayProperties ?? { size: 1 }) as { size: number };
      refuseUnless(body.arrayProperties === undefined || (size >= 2 && size <= 10_000), `an array of ${size}`);
      const id = `job-${++made}`;
      const children = Array.from({ length: size }, (_, index): FakeChild => {
        return { id: size === 1 ? id : `${id}:${index}`, index, status: 'RUNNABLE', log: [] };
      });
      const job: FakeJob = { id, name, size, container: definition.container, children };
      jobs.push(job);
      start(job);
      return { jobName: name, jobId: id, jobArn: `${ACCOUNT}:job/${id}` };
    },
    DescribeJobs(body) {
      const found = (body.jobs as string[]).flatMap((id): Body[] => {
        const job = jobs.find((one) => one.id === id || one.children.some((child) => child.id === id));
        if (job === undefined) return [];
        const common = { jobQueue: 'q', jobDefinition: 'd', startedAt: 1 };
        const child = job.children.find((one) => one.id === id);
        if (child === undefined || (job.size > 1 && id === job.id)) {
          const statusSummary: Record<string, number> = {};
          for (const { status } of job.children) statusSummary[status] = (statusSummary[status] ?? 0) + 1;
          const arrayProperties = { size: job.size, statusSummary };
          return [{ ...common, jobName: job.name, jobId: job.id, status: statusOf(job), arrayProperties }];
        }
        const { status, statusReason, exitCode, index } = child;
        return [
          {
            ...common,
            jobName: job.name,
            jobId: id,
            status,
            ...(statusReason === undefined ? {} : { statusReason }),
            ...(job.size > 1 ? { arrayProperties: { index } } : {}),
            container: {
              ...(exitCode === undefined ? {} : { exitCode, logStreamName: `stream/${child.id}` }),
            },
          } satisfies Partial<JobDetail>,
        ];
      });
      return { jobs: found };
    },
    ListJobs(body) {
      const { arrayJobId, jobStatus, jobQueue, filters, nextToken } = body as Record<string, string> & {
        filters?: { name: string; values: string[] }[];
      };
      refuseUnless([arrayJobId, jobQueue].filter(Boolean).length === 1, 'one of arrayJobId and jobQueue');
      const summary = (jobId: string, jobName: string, status: JobStatus) => ({ jobId, jobName, status });
      const array = jobs.find(({ id }) => id === arrayJobId);
      const prefix = filters?.find(({ name }) => name === 'JOB_NAME')?.values[0]?.replace(/\*$/, '');
      const all = array
        ? array.children.map(({ id, status }) => summary(id, array.name, status))
        : jobs
            .filter(({ name }) => name.startsWith(prefix ?? ''))
            .map((job) => summary(job.id, job.name, statusOf(job)));
      // Without a state or a filter, it is those that run (API reference, ListJobs).
      const state = jobStatus ?? (filters ? undefined : 'RUNNING');
      const wanted = all.filter(({ status }) => state === undefined || status === state);
      // In pages, so that whoever reads one alone is found out.
      const from = Number(nextToken ?? 0);
      const more = from + 2 < wanted.length;
      return { jobSummaryList: wanted.slice(from, from + 2), ...(more ? { nextToken: String(from + 2) } : {}) };
    },
    TerminateJob(body) {
      const job = jobs.find(({ id }) => id === body.jobId);
      refuseUnless(job, `there is no job ${body.jobId}`);
      job.terminated = String(body.reason);
      for (const child of job.children) {
        if (child.status === 'RUNNING') endings.get(child.id)?.abort();
        else if (child.status !== 'SUCCEEDED' && child.status !== 'FAILED')
          Object.assign(child, { status: 'FAILED', statusReason: job.terminated });
      }
      return {};
    },
    DescribeJobDefinitions(body) {
      refuseUnless(body.status === 'ACTIVE', 'without a state, it is all that ever were');
      const all = [...definitions].map(([jobDefinitionArn, { name }]) => ({
        jobDefinitionName: name,
        jobDefinitionArn,
        revision: 1,
        type: 'container',
        status: 'ACTIVE',
      }));
      const from = Number(body.nextToken ?? 0);
      const more = from + 2 < all.length;
      return { jobDefinitions: all.slice(from, from + 2), ...(more ? { nextToken: String(from + 2) } : {}) };
    },
    DeregisterJobDefinition(body) {
      refuseUnless(definitions.delete(String(body.jobDefinition)), `there is no ${body.jobDefinition}`);
      return {};
    },
    GetLogEvents(body) {
      refuseUnless(body.logGroupName === 'log-group', `there is no log group ${body.logGroupName}`);
      const child = jobs.flatMap(({ children }) => children).find(({ id }) => body.logStreamName === `stream/${id}`);
      refuseUnless(child, 'The specified log stream does not exist.');
      const lines = body.startFromHead === false ? child.log.slice(-Number(body.limit)) : child.log;
      return { events: lines.map((message, i) => ({ timestamp: i, message, ingestionTime: i })) };
    },
  };

  const server = createServer(async (request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
    const operation: Operation | undefined =
      target === undefined ? byPath.get(request.url ?? '') : byTarget.get(target);
    const body = JSON.parse((await text(request)) || '{}') as Body;
    const reply = (status: number, answer: Body, type?: string) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
      });
      response.end(JSON.stringify(answer));
    };
    const answer = operation && answers[operation.name];
    if (operation === undefined || answer === undefined)
      return reply(404, { message: `no operation ${request.url}` }, 'UnknownOperationException');
    asked.push(operation.name);
    const failure = failures.get(operation.name);
    if (failure !== undefined && failure.times-- > 0)
      return reply(failure.status, { message: `${failure.name}, it says` }, failure.name);
    const wrong = problemsOf(operation.input, body);
    if (wrong.length > 0) return reply(400, { message: wrong.join('; ') }, 'ClientException');
    try {
      const given = answer(body);
      const ours = problemsOf(operation.output, given);
      // What the real service would not answer proves nothing.
      if (ours.length > 0) return reply(500, { message: `the stub itself: ${ours.join('; ')}` }, 'ServerException');
      reply(200, given);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reply(400, { message: error.message }, 'ClientException');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    jobs,
    definitions,
    asked,
    fail: (operation, error) => void failures.set(operation, { ...error }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
