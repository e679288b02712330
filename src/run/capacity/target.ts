/** What a capacity search goes against: one backend for all of its steps, and devices that are made once. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reporter } from '../../dashboard/reporter.ts';
import { SetupError } from '../../errors.ts';
import { missingDevices } from '../../fleet/inventory.ts';
import { provision } from '../../fleet/provision.ts';
import { isAws } from '../../fleet/session.ts';
import { deviceIds } from '../../generator/device-ids.ts';
import { mapReference } from '../../generator/map/map-name.ts';
import { startStandIn } from '../../local/spawn.ts';
import type { Target } from '../../target.ts';
import { readTarget } from '../../target-file.ts';
import { needsCertificates } from '../certificates.ts';
import { STAND_IN } from '../run-directory.ts';
import { type CapacityOptions, embedsStandIn } from './options.ts';

export interface CapacityTarget {
  /** As `simctl run --target` takes it. */
  readonly flag: string;
  /** Names it for a person. */
  readonly name: string;
  /** Absent: a broker alone, or nothing. */
  readonly target?: Target;
  /** Real services, which cost money. */
  readonly aws: boolean;
  /** Sees that the first `count` devices of the fleet have their certificates. */
  ready(count: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export async function openCapacityTarget(
  options: CapacityOptions,
  dir: string,
  reporter: Reporter,
): Promise<CapacityTarget> {
  const { run } = options;
  if (embedsStandIn(run)) return embedded(options, dir, reporter);
  if (run.target === 'local') {
    const name = run.broker === undefined ? run.transport : new URL(run.broker).host;
    return { flag: 'local', name, aws: false, ready: async () => {}, close: async () => {} };
  }
  const target = await readTarget(run.target, run.stack);
  const most = options.by === 'devices' ? options.search.to : run.generate.agents;
  if (needsCertificates(run)) mustBeProvisioned(target, run.generate.seed, most);
  const file = await writeTarget(dir, target);
  const name = target.stack === undefined ? target.name : `${target.name}, stack ${target.stack.name}`;
  return {
    flag: file,
    name,
    target,
    aws: isAws(target),
    ready: async () => {},
    close: () => rm(file, { force: true }),
  };
}

async function embedded({ run, quota }: CapacityOptions, dir: string, reporter: Reporter): Promise<CapacityTarget> {
  reporter.step('backend', 'Starting the stand-in of the AWS services');
  const own = join(dir, STAND_IN);
  const { ingest, jitterMs, environments } = run.standIn;
  const standIn = await startStandIn({
    dir: own,
    credentialsDir: join(own, 'credentials'),
    map: mapReference(run.generate.map),
    ingest,
    jitterMs,
    lambda: { environments },
    ...(quota === undefined ? {} : { quota }),
  });
  const { target } = standIn;
  const file = await writeTarget(dir, target).catch(async (error) => {
    await standIn.stop();
    throw error;
  });
  let made = 0;
  return {
    flag: file,
    name: 'the stand-in',
    target,
    aws: false,
    async ready(count, signal) {
      if (!needsCertificates(run) || count <= made) return;
      reporter.step('provision', `Making ${count - made} things, each with its own key and certificate`);
      const onProgress = (done: number, total: number) => reporter.progress(done, total);
      await provision({ target, deviceIds: deviceIds(run.generate.seed, count), signal, onProgress });
      made = count;
    },
    async close() {
      await standIn.stop();
      await rm(file, { force: true });
      // Private keys of an authority that is no more are of no use to anybody.
      await rm(target.credentialsDir, { recursive: true, force: true });
    },
  };
}

/** Found before the first step, not at the one that would need them. */
function mustBeProvisioned(target: Target, seed: number, count: number): void {
  const missing = missingDevices(target, deviceIds(seed, count));
  if (missing.length === 0) return;
  throw new SetupError(
    `${missing.length} of ${count} devices have no certificate for ${target.name}, first ${missing[0]}`,
    {
      hint: `Make them once: "simctl generate --agents ${count} --seed ${seed} --seconds 60 --out fleet", then "simctl provision --dataset fleet" with the same --target.`,
    },
  );
}

/**
 * In a file that each step reads: for its owner alone, as it may hold a stand-in's keys. Without its stack, as each step
 * would otherwise wait some minutes for CloudWatch.
 */
async function writeTarget(dir: string, { stack: _, ...target }: Target): Promise<string> {
  const file = join(dir, 'target.json');
  await writeFile(file, JSON.stringify(target), { mode: 0o600 });
  return file;
}
