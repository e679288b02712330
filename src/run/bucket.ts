/** Runs in a bucket of S3: `s3://BUCKET/PREFIX`, where machines that are gone afterwards leave what they have. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { s3Client } from '../aws.ts';
import { messageOf, RunError, SetupError, UsageError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';

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
  let found = 0;
  try {
    for await (const Key of keysBelow(s3, bucket, prefix)) {
      const file = placeIn(dir, Key.slice(prefix === '' ? 0 : prefix.length + 1));
      if (file === undefined) continue;
      await fetchObject(s3, bucket, Key, file);
      found++;
    }
  } catch (error) {
    throw new SetupError(`cannot read ${text}: ${messageOf(error)}`, { cause: error });
  }
  if (found === 0) throw new SetupError(`there is nothing at ${text}`);
}

/** Fetches these files of a place into `dir`. @throws SetupError that names the one that cannot be had */
export async function fetchNamed(text: string, names: readonly string[], dir: string): Promise<void> {
  const { bucket, prefix } = parseBucket(text);
  const s3 = await s3Client();
  for (const name of names) {
    try {
      await fetchObject(s3, bucket, keyOf(prefix, name), join(dir, name));
    } catch (error) {
      throw new SetupError(`cannot read ${name} of ${text}: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** Fetches the first of these files that is in a place, for its owner alone. @throws SetupError where none can be had */
export async function fetchFirst(text: string, names: readonly string[], file: string): Promise<void> {
  const { bucket, prefix } = parseBucket(text);
  const s3 = await s3Client();
  try {
    for (const name of names) {
      try {
        return await fetchObject(s3, bucket, keyOf(prefix, name), file);
      } catch (error) {
        if ((error as Error).name !== 'NoSuchKey') throw error;
      }
    }
  } catch (error) {
    throw new SetupError(`cannot read ${text}: ${messageOf(error)}`, { cause: error });
  }
  throw new SetupError(`none of ${names.join(', ')} is at ${text}`);
}

/** Writes one object. @throws SetupError */
export async function put(text: string, name: string, body: string | Readable): Promise<void> {
  const { bucket, prefix } = parseBucket(text);
  const client = await s3Client();
  const { Upload: PartUpload } = await import('@aws-sdk/lib-storage');
  try {
    await new PartUpload({ client, params: { Bucket: bucket, Key: keyOf(prefix, name), Body: body } }).done();
  } catch (error) {
    throw new SetupError(`cannot write ${text}/${name}: ${messageOf(error)}`, {
      cause: error,
      hint: 'These credentials need s3:PutObject there.',
    });
  }
}

/** DeleteObjects takes so many at a time (API reference). */
const AT_A_TIME = 1000;

/** Takes away all below a place. @returns how many objects there were @throws SetupError */
export async function removeAll(text: string): Promise<number> {
  const { bucket, prefix } = parseBucket(text);
  if (prefix === '') throw new Error(`${text}: a whole bucket is never emptied`);
  const s3 = await s3Client();
  const { DeleteObjectsCommand } = await import('@aws-sdk/client-s3');
  try {
    const keys: string[] = [];
    for await (const key of keysBelow(s3, bucket, prefix)) keys.push(key);
    for (let first = 0; first < keys.length; first += AT_A_TIME) {
      const Objects = keys.slice(first, first + AT_A_TIME).map((Key) => ({ Key }));
      const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
      const [refused] = Errors ?? [];
      if (refused !== undefined) throw new Error(`${refused.Key}: ${refused.Message ?? refused.Code}`);
    }
    return keys.length;
  } catch (error) {
    throw new SetupError(`cannot remove ${text}: ${messageOf(error)}`, {
      cause: error,
      hint: 'These credentials need s3:ListBucket and s3:DeleteObject there.',
    });
  }
}

/** The names directly below a place that have others below them. @throws SetupError */
export async function directoriesIn(text: string): Promise<string[]> {
  const { bucket, prefix } = parseBucket(text);
  const s3 = await s3Client();
  const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
  const names: string[] = [];
  try {
    const Prefix = prefix === '' ? '' : `${prefix}/`;
    for await (const { CommonPrefixes } of paginateListObjectsV2(
      { client: s3 },
      { Bucket: bucket, Prefix, Delimiter: '/' },
    ))
      for (const { Prefix: found = '' } of CommonPrefixes ?? []) names.push(found.slice(Prefix.length, -1));
  } catch (error) {
    throw new SetupError(`cannot read ${text}: ${messageOf(error)}`, { cause: error });
  }
  return names;
}

async function fetchObject(s3: S3Client, Bucket: string, Key: string, file: string): Promise<void> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  makeDirectory(dirname(file), { mode: 0o700, hint: 'TMPDIR moves temporary files elsewhere.' });
  await pipeline(Body as Readable, createWriteStream(file, { mode: 0o600 }));
}

async function* keysBelow(client: S3Client, Bucket: string, prefix: string): AsyncGenerator<string> {
  const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
  const Prefix = prefix === '' ? {} : { Prefix: `${prefix}/` };
  for await (const { Contents } of paginateListObjectsV2({ client }, { Bucket, ...Prefix }))
    for (const { Key = '' } of Contents ?? []) yield Key;
}

function keyOf(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** A key must not lead out of the directory; one that ends in a slash is no file. */
function placeIn(dir: string, name: string): string | undefined {
  const file = resolve(dir, name);
  return name === '' || name.endsWith('/') || !file.startsWith(resolve(dir) + sep) ? undefined : file;
}
