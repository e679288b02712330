import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { launchCost } from '../../src/launch/cost.ts';
import { copyFleet } from '../../src/launch/fleet-files.ts';
import type { LaunchPlan } from '../../src/launch/plan.ts';
import { fetchFleet } from '../../src/run/fetched-fleet.ts';
import { optionsOf } from '../../src/run/options-of.ts';
import { RUN_SETTINGS } from '../../src/run/settings.ts';
import { defaultsOf } from '../../src/setting.ts';
import { type Bucket, bucket } from '../support/bucket.ts';

let dir: string;
let s3: Bucket;
beforeEach(async () => {
  [dir, s3] = await Promise.all([mkdtemp(join(tmpdir(), 'simctl-fleet-files-')), bucket('my-bucket')]);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await s3.close();
  await rm(dir, { recursive: true, force: true });
});

const choice = (index: number) => ({ index, of: 2, saidBy: '--shard' });
const credentialsOf = (deviceId: string) => ({
  deviceId,
  thingName: deviceId,
  certificateId: 'c',
  certificateArn: 'a',
  certificatePem: 'pem',
  privateKeyPem: `key of ${deviceId}`,
});

test('a shard gets the keys of its own devices and of no others, for one run, for its owner alone', async () => {
  const store = openCredentialStore(join(dir, 'store'), { write: true });
  for (const id of ['A', 'B', 'C', 'unused']) store.append(credentialsOf(id));
  store.close();
  const share = (index: number, deviceIds: string[]) => ({ share: { choice: choice(index) }, deviceIds });
  await copyFleet(
    {
      data: { source: { kind: 'generator' } },
      shares: [share(0, ['B', 'A']), share(1, ['C'])],
      places: { fleet: 's3://my-bucket/fleets/x' },
      target: { credentialsDir: join(dir, 'store') },
      request: { run: { transport: 'iot' } },
    } as unknown as LaunchPlan,
    () => {},
  );
  expect([...s3.objects.keys()].sort()).toEqual([
    'fleets/x/credentials/shard-0-of-2/credentials.ndjson',
    'fleets/x/credentials/shard-1-of-2/credentials.ndjson',
  ]);

  const run = { ...optionsOf(defaultsOf(RUN_SETTINGS), {}), credentials: 's3://my-bucket/fleets/x/credentials' };
  const { options, remove } = await fetchFleet({ ...run, shard: choice(1) });
  const here = openCredentialStore(options.credentials!);
  expect([...here.ids()]).toEqual(['C']);
  expect(here.get('C')?.privateKeyPem).toBe('key of C');
  here.close();
  expect((await stat(join(options.credentials!, 'credentials.ndjson'))).mode & 0o777).toBe(0o600);
  expect((await stat(options.credentials!)).mode & 0o777).toBe(0o700);
  await remove();
  await expect(stat(options.credentials!)).rejects.toThrow('ENOENT');
});

test('basic ingest is charged no messaging', () => {
  const names = (basicIngest: boolean) =>
    launchCost({
      shards: 2,
      machine: { vcpus: 2, gigabytes: 4 },
      transport: 'iot',
      basicIngest,
      devices: 100,
      updates: 10_000,
      aheadSeconds: 60,
      scheduledSeconds: 60,
      settleSeconds: 5,
      pollSeconds: 1,
      backend: { design: 'lambda', trackers: 10 },
    }).items.map(({ name }) => name);
  expect(names(false).filter((name) => !names(true).includes(name))).toEqual(['messages']);
});

test('of a dataset, a shard fetches what it sends', async () => {
  const partitions = ['p-0.ndjson', 'p-1.ndjson'].map((file) => ({ file, devices: 1, fixes: 1 }));
  const manifest = { format: 1, simctl: '0', source: {}, devices: 2, fixes: 2, everySeconds: 30, partitions };
  const write = (name: string, text: string) => void s3.objects.set(`d/${name}`, Buffer.from(text));
  write('manifest.json', JSON.stringify({ ...manifest, firstSampleTime: 0, lastSampleTime: 0 }));
  write('devices.csv', 'device_id,partition,fixes\nA,0,1\nB,1,1\n');
  for (const { file } of partitions) write(file, file);
  const run = { ...optionsOf(defaultsOf(RUN_SETTINGS), {}), dataset: 's3://my-bucket/d' };
  const { options, probes, remove } = await fetchFleet(run);
  expect((await readdir(options.dataset!)).sort()).toEqual(['devices.csv', 'manifest.json']);
  await probes([{ partition: 1, firstDevice: 1 }]);
  expect(await readFile(join(options.dataset!, 'p-1.ndjson'), 'utf8')).toBe('p-1.ndjson');
  expect(await readdir(options.dataset!)).not.toContain('p-0.ndjson');
  await remove();
});

test('what is not there is said, and what was fetched before is gone', async () => {
  const run = { ...optionsOf(defaultsOf(RUN_SETTINGS), {}), credentials: 's3://my-bucket/nowhere', shard: choice(0) };
  await expect(fetchFleet(run)).rejects.toThrow(
    'none of shard-0-of-2/credentials.ndjson, credentials.ndjson is at s3://my-bucket/nowhere',
  );
});
