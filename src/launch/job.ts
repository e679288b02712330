/** The job of a launch in AWS Batch: a definition made for it alone, one job, and an end to both. */
import type { BatchClient } from '@aws-sdk/client-batch';
import { messageOf, SetupError } from '../errors.ts';
import { jobName } from './places.ts';
import type { LaunchPlan } from './plan.ts';

/** A machine that hangs is not paid for ever: so much longer than the plan, and then AWS ends it. */
const GRACE_SECONDS = 2 * 3600;

/** @returns the ARN of the definition @throws SetupError */
export async function defineJob(batch: BatchClient, launch: LaunchPlan, command: readonly string[]): Promise<string> {
  const { id, image, region, generators, request, cost, stack } = launch;
  const { machine } = request;
  const { RegisterJobDefinitionCommand } = await import('@aws-sdk/client-batch');
  const tags = { application: 'simctl', 'simctl-stack': stack.name, 'simctl-launch': id };
  return said(
    'register a job definition with',
    'batch:RegisterJobDefinition, and iam:PassRole on its two roles',
    async () => {
      const { jobDefinitionArn } = await batch.send(
        new RegisterJobDefinitionCommand({
          jobDefinitionName: jobName(stack.name, id),
          type: 'container',
          platformCapabilities: ['FARGATE'],
          // A shard that is sent again would be late: it is missing, and the whole says so.
          retryStrategy: { attempts: 1 },
          timeout: { attemptDurationSeconds: Math.ceil(cost.minutes * 60) + GRACE_SECONDS },
          propagateTags: true,
          tags,
          containerProperties: {
            image,
            command: [...command],
            jobRoleArn: generators.jobRole,
            executionRoleArn: generators.executionRole,
            resourceRequirements: [
              { type: 'VCPU', value: String(machine.vcpus) },
              { type: 'MEMORY', value: String(machine.gigabytes * 1024) },
            ],
            environment: [{ name: 'AWS_REGION', value: region }],
            // The stack's subnets have no other way out.
            networkConfiguration: { assignPublicIp: 'ENABLED' },
            // It hands signals on, and node as the first process would be without what the system does for others.
            linuxParameters: { initProcessEnabled: true },
            logConfiguration: {
              logDriver: 'awslogs',
              options: {
                'awslogs-group': generators.logGroup,
                'awslogs-region': region,
                'awslogs-stream-prefix': id,
              },
            },
          },
        }),
      );
      return jobDefinitionArn!;
    },
  );
}

/** @returns the job's id @throws SetupError */
export async function submitJob(batch: BatchClient, launch: LaunchPlan, definition: string): Promise<string> {
  const { id, generators, request, stack } = launch;
  const { SubmitJobCommand } = await import('@aws-sdk/client-batch');
  return said('submit a job to', 'batch:SubmitJob', async () => {
    const { jobId } = await batch.send(
      new SubmitJobCommand({
        jobName: jobName(stack.name, id),
        jobQueue: generators.queue,
        jobDefinition: definition,
        propagateTags: true,
        ...(request.shards === 1 ? {} : { arrayProperties: { size: request.shards } }),
      }),
    );
    return jobId!;
  });
}

/**
 * Batch ends what runs by SIGTERM, and 30 s later by SIGKILL (AWS Batch User Guide, "Terminate a job"): meanwhile a shard
 * finishes what is in flight, and copies what it has to the bucket. What has not begun never does.
 */
export async function terminateJob(batch: BatchClient, jobId: string, reason: string): Promise<void> {
  const { TerminateJobCommand } = await import('@aws-sdk/client-batch');
  await said('terminate a job of', 'batch:TerminateJob', () => batch.send(new TerminateJobCommand({ jobId, reason })));
}

export async function forgetDefinition(batch: BatchClient, definition: string): Promise<void> {
  const { DeregisterJobDefinitionCommand } = await import('@aws-sdk/client-batch');
  await said('deregister a job definition of', 'batch:DeregisterJobDefinition', () =>
    batch.send(new DeregisterJobDefinitionCommand({ jobDefinition: definition })),
  );
}

async function said<T>(what: string, right: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new SetupError(`cannot ${what} AWS Batch: ${messageOf(error)}`, {
      cause: error,
      hint: `These credentials need ${right}.`,
    });
  }
}
