import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { download, openUpload, parseBucket, placesOf } from '../../src/run/bucket.ts';
import { type Bucket, bucket } from '../support/bucket.ts';

let s3: Bucket;
let dir: string;
beforeEach(async () => {
  [s3, dir] = await Promise.all([bucket(), mkdtemp(join(tmpdir(), 'simctl-bucket-'))]);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.endpoint);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await s3.close();
  await rm(dir, { recursive: true, force: true });
});

test('a run goes up whole, its summary last, and comes down as it was', async () => {
  const large = Buffer.alloc(11 * 1024 * 1024, 'a line of a log\n');
  await mkdir(join(dir, 'run', 'dataset'), { recursive: true });
  await writeFile(join(dir, 'run', 'dataset', 'probes-00.ndjson'), 'made again by its seed');
  await writeFile(join(dir, 'run', 'sent-00.ndjson'), large);
  await writeFile(join(dir, 'run', 'summary.json'), '{}');
  await writeFile(join(dir, 'run', 'timeline.ndjson'), '');

  const upload = await openUpload('s3://my-bucket/results/', 'shard-1-of-4');
  expect(upload.url).toBe('s3://my-bucket/results/shard-1-of-4');
  expect([...s3.objects.keys()]).toEqual(['results/shard-1-of-4/started.json']);
  await upload.send(join(dir, 'run'));
  expect(s3.puts.map((key) => key.replace('results/shard-1-of-4/', ''))).toEqual([
    'started.json',
    'sent-00.ndjson',
    'timeline.ndjson',
    'summary.json',
  ]);

  s3.objects.set('elsewhere/plan.json', Buffer.from('{}'));
  s3.objects.set('results/../../escape', Buffer.from('out of the directory'));
  await download('s3://my-bucket/results', join(dir, 'back'));
  expect(await readdir(join(dir, 'back'))).toEqual(['shard-1-of-4']);
  expect((await readFile(join(dir, 'back', 'shard-1-of-4', 'sent-00.ndjson'))).equals(large)).toBe(true);
  expect((await readdir(dir)).sort()).toEqual(['back', 'run']);
});

test('who may not write is told so before anything is sent', async () => {
  s3.refuse();
  await expect(openUpload('s3://my-bucket/results', undefined)).rejects.toThrow(
    'cannot write to s3://my-bucket/results: Access Denied',
  );
  await expect(download('s3://my-bucket/results', dir)).rejects.toThrow('cannot read s3://my-bucket/results');
});

test('what cannot be copied afterwards is whole where it was', async () => {
  const upload = await openUpload('s3://my-bucket', undefined);
  s3.refuse();
  await writeFile(join(dir, 'summary.json'), '{}');
  await expect(upload.send(dir)).rejects.toMatchObject({
    message: expect.stringContaining('cannot write s3://my-bucket/summary.json'),
    hint: expect.stringContaining(dir),
  });
});

test('nothing at a place is an error', async () => {
  await expect(download('s3://my-bucket/none', dir)).rejects.toThrow('nothing at s3://my-bucket/none');
});

test.each([
  ['s3://my-bucket', { bucket: 'my-bucket', prefix: '' }],
  ['s3://my-bucket/', { bucket: 'my-bucket', prefix: '' }],
  ['s3://my.bucket-1/a/b/', { bucket: 'my.bucket-1', prefix: 'a/b' }],
])('%s', (text, place) => {
  expect(parseBucket(text)).toEqual(place);
});

test.each(['s3://', 's3:///x', 's3://My_Bucket/x', 's3://ab'])('%s names no bucket', (text) => {
  expect(() => parseBucket(text)).toThrow('names no bucket');
});

test('--out is a directory, or a bucket, or one of each', () => {
  expect(placesOf([])).toEqual({ out: undefined, upload: undefined });
  expect(placesOf(['s3://my-bucket/a', 'here'])).toEqual({ out: 'here', upload: 's3://my-bucket/a' });
  expect(() => placesOf(['here', 'there'])).toThrow('--out is a directory, or a bucket');
});
