/** The only place where AWS clients are made: region, endpoint override, host prefix, keys. */
import type { BatchClient } from '@aws-sdk/client-batch';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { IoTClient } from '@aws-sdk/client-iot';
import type { LocationClient } from '@aws-sdk/client-location';
import type { S3Client } from '@aws-sdk/client-s3';
import { SetupError } from './errors.ts';
import type { Target } from './target.ts';

// The SDK says, once a process and in the middle of any screen, that it wants Node 22 from January 2027; the lock file
// holds a release that does not.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** @param who what needs it, for a person @throws SetupError where the environment names none */
export function regionOfEnvironment(who: string): string {
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (region) return region;
  throw new SetupError(`${who} needs a region, and neither AWS_REGION nor AWS_DEFAULT_REGION is set`, {
    hint: 'Set AWS_REGION, and credentials as the AWS CLI takes them (AWS_PROFILE, or AWS_ACCESS_KEY_ID and its kin).',
  });
}

type Where = Pick<Target, 'region' | 'accessKeyId' | 'secretAccessKey'>;

function settings(where: Where, endpoint: string | undefined) {
  const { accessKeyId, secretAccessKey } = where;
  return {
    region: where.region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  };
}

/**
 * The IoT control plane of `target`. The SDK is loaded only now: it costs a command that needs none its start.
 * `maxAttempts: 1` where the caller repeats requests itself.
 */
export async function iotClient(target: Target, options: { maxAttempts?: number } = {}): Promise<IoTClient> {
  const { IoTClient } = await import('@aws-sdk/client-iot');
  return new IoTClient({ ...settings(target, target.iotEndpoint), ...options });
}

/** Amazon Location of `target`. It would put `tracking.` before the host even of an override, which then resolves nowhere. */
export async function locationClient(target: Target): Promise<LocationClient> {
  const { LocationClient } = await import('@aws-sdk/client-location');
  const { locationEndpoint } = target;
  return new LocationClient({
    ...settings(target, locationEndpoint),
    ...(locationEndpoint === undefined ? {} : { disableHostPrefix: true }),
  });
}

/** These have no override of a target's: AWS_ENDPOINT_URL_CLOUDFORMATION and its kin move them, as every AWS client. */
export async function cloudFormationClient(where: Where): Promise<CloudFormationClient> {
  const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
  return new CloudFormationClient(settings(where, undefined));
}

export async function cloudWatchClient(where: Where): Promise<CloudWatchClient> {
  const { CloudWatchClient } = await import('@aws-sdk/client-cloudwatch');
  return new CloudWatchClient(settings(where, undefined));
}

/** FilterLogEvents is throttled at 5 requests a second in most Regions: the client slows down by itself, and goes on. */
export async function cloudWatchLogsClient(where: Where): Promise<CloudWatchLogsClient> {
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  return new CloudWatchLogsClient({ ...settings(where, undefined), retryMode: 'adaptive', maxAttempts: 10 });
}

export async function batchClient(where: Where): Promise<BatchClient> {
  const { BatchClient } = await import('@aws-sdk/client-batch');
  return new BatchClient(settings(where, undefined));
}

/** Of the environment's region; AWS_ENDPOINT_URL_S3 moves it, and then buckets are paths, as their hosts resolve nowhere. */
export async function s3Client(): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const moved = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  return new S3Client({
    region: AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1',
    followRegionRedirects: true,
    ...(moved === undefined ? {} : { endpoint: moved, forcePathStyle: true }),
  });
}
