/** What the shards need of the fleet, copied to where they look for it: the dataset once, and to each its own devices' keys. */
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { DEVICES } from '../dataset/devices.ts';
import { MANIFEST } from '../dataset/manifest.ts';
import { openDataset } from '../dataset.ts';
import { openCredentialStore } from '../fleet/credential-store.ts';
import { put } from '../run/bucket.ts';
import { shardName } from '../run/run-directory.ts';
import type { LaunchPlan } from './plan.ts';

/** @throws SetupError where the bucket takes no files */
export async function copyFleet(
  { data, shares, places, target, request }: LaunchPlan,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const files: [name: string, body: () => Readable][] = [];
  const { source } = data;
  if (source.kind === 'dataset') {
    const { dir, manifest } = await openDataset(source.dir);
    const names = [MANIFEST, DEVICES, ...manifest.partitions.map(({ file }) => file)];
    for (const name of names) files.push([`dataset/${basename(name)}`, () => createReadStream(join(dir, name))]);
  }
  const store = target && request.run.transport === 'iot' ? openCredentialStore(target.credentialsDir) : undefined;
  try {
    for (const { share, deviceIds } of store === undefined ? [] : shares) {
      const lines = function* () {
        for (const id of deviceIds) yield `${JSON.stringify(store!.get(id))}\n`;
      };
      files.push([`credentials/${shardName(share.choice)}/credentials.ndjson`, () => Readable.from(lines())]);
    }
    for (const [done, [name, body]] of files.entries()) {
      onProgress(done, files.length);
      await put(places.fleet, name, body());
    }
    onProgress(files.length, files.length);
  } finally {
    store?.close();
  }
}
