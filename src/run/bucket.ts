/** Runs in a bucket of S3: `s3://BUCKET/PREFIX`, where machines that are gone afterwards leave what they have. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { s3Client } from '../aws.ts';
import { messageOf, RunError, SetupError, UsageError } from '../errors.ts';

export interface BucketPlace {
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
}

export function isBucket(text: string): boolean {
  return text.startsWith('s3://');
}

/** @throws UsageError */
export function parseBucket(text: string): BucketPlace {
  // Of general purpose buckets (Amazon S3 User Guide, "Bucket naming rules").
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket === undefined) {
    throw new UsageError(`"${text}" names no bucket`, { hint: 'Such as s3://my-bucket/results.' });
  }
  return { bucket, prefix: prefix.replace(/^\/+|\/+$/g, '') };
}

/** What `--out` says, once or twice: a directory, and a bucket. @throws UsageError for two of a kind */
export function placesOf(outs: readonly string[]): { out: string | undefined; upload: string | undefined } {
  const [buckets, dirs] = [outs.filter(isBucket), outs.filter((out) => !isBucket(out))];
  if (buckets.length > 1 || dirs.length > 1) {
    throw new UsageError(`--out is a directory, or a bucket, or one of each; got ${outs.join(', ')}`);
  }
  for (const bucket of buckets) parseBucket(bucket);
  return { out: dirs[0], upload: buckets[0] };
}

export interface Upload {
  /** Where the run's files will be. */
  readonly url: string;
  /** Everything in `dir` but a dataset that was generated into it; the summary last, so that its being there says "whole". */
  send(dir: string): Promise<void>;
}

const LAST = 'summary.json';
const LEFT_OUT = ['dataset', 'stand-in'];

/**
 * Opens a place and writes a first object there: a machine that may not is told so before it sends anything.
 * @param below the shard's own part of the place
 * @throws SetupError
 */
export async function openUpload(text: string, below: string | undefined, client?: S3Client): Promise<Upload> {
  const { bucket, prefix } = parseBucket(text);
  const key = (name: string) => [prefix, below, name].filter((part) => part).join('/');
  const urlOf = (name: string) => `s3://${bucket}/${key(name)}`;
  const url = urlOf('');
  const s3 = client ?? (await s3Client());
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  try {
    const Body = `${JSON.stringify({ startedAt: new Date().toISOString() })}\n`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key('started.json'), Body }));
  } catch (error) {
    throw new SetupError(`cannot write to ${url}: ${messageOf(error)}`, {
      cause: error,
      hint: 'The role or user needs s3:PutObject there. AWS_REGION and credentials are as the AWS CLI takes them.',
    });
  }
  return {
    url,
    async send(dir) {
      const { Upload: PartUpload } = await import('@aws-sdk/lib-storage');
      for (const file of await filesOf(dir)) {
        try {
          // In parts where it is large: one request takes 5 GB at most (Amazon S3 User Guide, "Uploading objects").
          const params = { Bucket: bucket, Key: key(file), Body: createReadStream(join(dir, file)) };
          await new PartUpload({ client: s3, params }).done();
        } catch (error) {
          throw new RunError(`cannot write ${urlOf(file)}: ${messageOf(error)}`, {
            cause: error,
            hint: `The run itself is whole, in ${dir}.`,
          });
        }
      }
    },
  };
}

/** Names below `dir`, with slashes. */
async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !LEFT_OUT.includes(name.split('/')[0]!));
  return [...names.filter((name) => name !== LAST).sort(), ...names.filter((name) => name === LAST)];
}

/** Fetches all below a place into `dir`. @throws SetupError where it cannot be read, or nothing is there */
export async function download(text: string, dir: string, client?: S3Client): Promise<void> {
  const { bucket, prefix } = parseBucket(text);
  const s3 = client ?? (await s3Client());
  const { GetObjectCommand, ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  let [ContinuationToken, found]: [string | undefined, number] = [undefined, 0];
  try {
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(ContinuationToken);
      for (const { Key = '' } of page.Contents ?? []) {
        const file = placeIn(dir, Key.slice(prefix === '' ? 0 : prefix.length + 1));
        if (file === undefined) continue;
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
        await mkdir(dirname(file), { recursive: true });
        await pipeline(Body as Readable, createWriteStream(file));
        found++;
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  } catch (error) {
    throw new SetupError(`cannot read ${text}: ${messageOf(error)}`, { cause: error });
  }
  if (found === 0) throw new SetupError(`there is nothing at ${text}`);

  function list(token: string | undefined) {
    const Prefix = prefix === '' ? {} : { Prefix: `${prefix}/` };
    const next = token === undefined ? {} : { ContinuationToken: token };
    return s3.send(new ListObjectsV2Command({ Bucket: bucket, ...Prefix, ...next }));
  }
}

/** A key must not lead out of the directory; one that ends in a slash is no file. */
function placeIn(dir: string, name: string): string | undefined {
  const file = resolve(dir, name);
  return name === '' || name.endsWith('/') || !file.startsWith(resolve(dir) + sep) ? undefined : file;
}
