/** Whether AWS would know who asks. What proves it is never looked at, let alone printed. */
import { messageOf } from '../errors.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export interface CredentialReading {
  /** Where they are from, in words. */
  readonly source: string;
  readonly expiration?: Date;
}

export interface CredentialNeed {
  /** A run against AWS was asked about. */
  readonly needed: boolean;
  readonly region: string | undefined;
  /** Epoch ms. */
  readonly now: number;
}

const HOUR_MS = 3_600_000;
const SIGN_IN =
  'Sign in as for the AWS CLI ("aws sso login", "aws configure"), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and its kin.';

/** `found`: the error of who looked, where there are none. */
export function credentials(found: CredentialReading | Error, { needed, now }: CredentialNeed): Finding {
  const what = 'AWS credentials';
  if (found instanceof Error) {
    const detail = `none found: ${found.message.split('\n')[0]}`;
    return needed ? problem(what, detail, SIGN_IN) : ok(what, 'none found, and a run on this machine needs none');
  }
  const { source, expiration } = found;
  if (expiration === undefined) return ok(what, `found (${source}); they do not expire`);
  const left = expiration.getTime() - now;
  const detail = `found (${source}); they expire at ${expiration.toISOString()}`;
  if (left <= 0) return needed ? problem(what, detail, SIGN_IN) : warning(what, detail, SIGN_IN);
  if (left < HOUR_MS && needed)
    return warning(what, `${detail}, in ${Math.ceil(left / 60_000)} min`, `A long run outlives them. ${SIGN_IN}`);
  return ok(what, detail);
}

export function region({ needed, region: name }: CredentialNeed): Finding[] {
  if (name !== undefined) return [ok('AWS region', name)];
  return needed ? [problem('AWS region', 'neither AWS_REGION nor AWS_DEFAULT_REGION is set', 'Set AWS_REGION.')] : [];
}

/** The SDK marks what each provider found. */
const SOURCES: readonly (readonly [mark: RegExp, words: string])[] = [
  [/ENV_VARS/, 'environment variables'],
  [/SSO/, 'a profile that signs in by SSO'],
  [/WEB_ID/, 'a web identity'],
  [/STS_ASSUME|PROFILE_(SOURCE|NAMED)/, 'a role that a profile assumes'],
  [/PROCESS/, 'a program that a profile names'],
  [/PROFILE/, 'a profile'],
  [/HTTP/, 'the container'],
  [/IMDS/, 'the instance’s role'],
];

/** As the SDK's own chain finds them; `metadata`: ask the machine's metadata service too, which takes seconds where there is none. */
export async function readCredentials(metadata: boolean): Promise<CredentialReading | Error> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const { AWS_EC2_METADATA_DISABLED } = process.env;
  if (!metadata) process.env.AWS_EC2_METADATA_DISABLED = 'true';
  try {
    const { $source = {}, expiration } = (await defaultProvider()()) as {
      $source?: Readonly<Record<string, unknown>>;
      expiration?: Date;
    };
    const marks = Object.keys($source).join(' ');
    const source = SOURCES.find(([mark]) => mark.test(marks))?.[1] ?? 'the AWS SDK’s chain';
    return { source, ...(expiration === undefined ? {} : { expiration }) };
  } catch (error) {
    return new Error(messageOf(error));
  } finally {
    if (AWS_EC2_METADATA_DISABLED === undefined) delete process.env.AWS_EC2_METADATA_DISABLED;
    else process.env.AWS_EC2_METADATA_DISABLED = AWS_EC2_METADATA_DISABLED;
  }
}
