/** Why shards failed: what AWS Batch says, and the last that each printed. */
import type { BatchClient } from '@aws-sdk/client-batch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { messageOf } from '../errors.ts';

export interface ShardFailure {
  readonly index: number;
  /** Absent where it never ran. */
  readonly exitCode?: number;
  readonly reason: string;
  /** The end of its log, oldest first. */
  readonly lines: readonly string[];
}

/** Twenty that failed alike need not be read twenty times. */
const LOOKED_AT = 5;
const LINES = 15;

/** @returns of all that failed the first few, and how many more there are. What cannot be asked is said in its place. */
export async function readFailures(
  batch: Pick<BatchClient, 'send'>,
  logs: Pick<CloudWatchLogsClient, 'send'>,
  { jobId, shards, logGroup }: { readonly jobId: string; readonly shards: number; readonly logGroup: string },
): Promise<{ failures: ShardFailure[]; more: number }> {
  const failed = shards === 1 ? [jobId] : await failedChildren(batch, jobId);
  const { DescribeJobsCommand } = await import('@aws-sdk/client-batch');
  const looked = failed.slice(0, LOOKED_AT);
  if (looked.length === 0) return { failures: [], more: 0 };
  const { jobs = [] } = await batch.send(new DescribeJobsCommand({ jobs: looked }));
  const failures: ShardFailure[] = [];
  for (const { arrayProperties, statusReason, container } of jobs) {
    const exitCode = container?.exitCode;
    const stream = container?.logStreamName;
    failures.push({
      index: arrayProperties?.index ?? 0,
      ...(exitCode === undefined ? {} : { exitCode }),
      reason: [statusReason, container?.reason].filter(Boolean).join('; ') || 'AWS Batch does not say why',
      lines: stream === undefined ? [] : await tail(logs, logGroup, stream),
    });
  }
  return { failures: failures.sort((a, b) => a.index - b.index), more: failed.length - looked.length };
}

async function failedChildren(batch: Pick<BatchClient, 'send'>, arrayJobId: string): Promise<string[]> {
  const { ListJobsCommand } = await import('@aws-sdk/client-batch');
  const found: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = { arrayJobId, jobStatus: 'FAILED' as const, ...(nextToken ? { nextToken } : {}) };
    const answer = await batch.send(new ListJobsCommand(page));
    for (const { jobId } of answer.jobSummaryList ?? []) if (jobId) found.push(jobId);
    nextToken = answer.nextToken;
  } while (nextToken);
  return found;
}

async function tail(
  logs: Pick<CloudWatchLogsClient, 'send'>,
  logGroupName: string,
  logStreamName: string,
): Promise<string[]> {
  const { GetLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  try {
    const request = { logGroupName, logStreamName, limit: LINES, startFromHead: false };
    const { events = [] } = await logs.send(new GetLogEventsCommand(request));
    return events.map(({ message = '' }) => message.trimEnd());
  } catch (error) {
    return [`(its log ${logStreamName} cannot be read: ${messageOf(error)})`];
  }
}

export function failureText({ index, exitCode, reason, lines }: ShardFailure): string {
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  return [`shard ${index} failed${code}: ${reason}`, ...lines.map((line) => `  | ${line}`)].join('\n');
}
