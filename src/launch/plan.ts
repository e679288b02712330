/** What a launch will be, worked out here before anything is made: each shard's share, what all are told, and what it costs. */
import { regionOfEnvironment } from '../aws.ts';
import { silentReporter } from '../dashboard/reporter.ts';
import { SetupError, UsageError } from '../errors.ts';
import { isBucket } from '../run/bucket.ts';
import { readyDevices } from '../run/certificates.ts';
import { type FleetData, fleetData } from '../run/fleet-data.ts';
import { type FleetShare, fleetShare } from '../run/fleet-share.ts';
import type { RunOptions } from '../run/options.ts';
import { sampleTimeShift } from '../run/sample-times.ts';
import { checkAhead } from '../run/start-at.ts';
import { parseThresholds } from '../run/threshold.ts';
import { checkWindows } from '../run/windows.ts';
import { readStack } from '../stack.ts';
import type { DeployedStack, Generators, Target } from '../target.ts';
import { readTarget } from '../target-file.ts';
import { version } from '../version.ts';
import { checkRequest, type Plan, planRun } from '../workers/plan.ts';
import { type LaunchCost, type LaunchLoad, launchCost } from './cost.ts';
import { checkMachine, type Machine } from './machine.ts';
import { newLaunchId, type Places, placesOf } from './places.ts';

export interface LaunchRequest {
  /** What each shard is to do; its target, and its share, are said here. */
  readonly run: RunOptions;
  /** The same as a command line, without what is said below. */
  readonly args: readonly string[];
  readonly stack: string;
  readonly shards: number;
  readonly machine: Machine;
  /** Absent: the stack's own, of this version. */
  readonly image: string | undefined;
  /** Epoch ms. */
  readonly startAt: number;
}

export interface LaunchPlan {
  readonly id: string;
  readonly region: string;
  readonly stack: DeployedStack;
  readonly generators: Generators;
  readonly places: Places;
  readonly image: string;
  readonly request: LaunchRequest;
  /** Absent where the run has nothing to do with AWS. */
  readonly target: Target | undefined;
  readonly data: FleetData;
  readonly shares: readonly FleetShare[];
  readonly plan: Plan;
  readonly load: LaunchLoad;
  readonly cost: LaunchCost;
  readonly notes: readonly string[];
}

/** An array job has from 2 to 10,000 children (AWS Batch User Guide, "Array jobs"). */
export const MOST_SHARDS = 10_000;

/**
 * @param now epoch ms
 * @throws UsageError, SetupError: what would not work on the machines is said here, where it costs nothing
 */
export async function planLaunch(request: LaunchRequest, now: number, signal: AbortSignal): Promise<LaunchPlan> {
  const { shards, machine, stack: name, startAt } = request;
  checkMachine(machine);
  checkFlags(request);
  checkAhead(startAt, now);
  const run = { ...request.run, startAt };
  const onAws = run.transport === 'iot' || run.transport === 'tracker';
  const options: RunOptions = { ...run, target: onAws ? 'aws' : 'local', stack: onAws ? name : undefined };
  checkRequest({ ...options, shard: { index: 0, of: shards, saidBy: '--shards' } });
  parseThresholds(run.thresholds);
  // What is here comes first: it is known without an account, and without asking anybody.
  const asTheyGo = { ...options, generate: { ...options.generate, asTheyGo: true } };
  const data = await fleetData(asTheyGo, '', silentReporter(), signal);
  const shares = [];
  for (let index = 0; index < shards; index++)
    shares.push(await fleetShare({ index, of: shards, saidBy: '--shards' }, data));
  const plan = planRun(options, data.outlook);
  checkWindows(parseThresholds(run.thresholds), plan.scheduledMs);
  const region = regionOfEnvironment('a launch');
  const target = onAws ? await readTarget('aws', name) : undefined;
  const stack = target?.stack ?? (await readStack(region, name)).stack;
  const { generators } = stack;
  if (generators === undefined) {
    throw new SetupError(`the stack ${name} has no machines to launch on`, {
      hint: 'Deploy it again with -c generators=true (docs/deploy.md).',
    });
  }
  checkVcpus(request, generators);
  if (target !== undefined) {
    const ids = shares.flatMap(({ deviceIds }) => deviceIds);
    await readyDevices(run, { target, embedded: false }, ids, silentReporter(), signal);
  }
  const load: LaunchLoad = {
    shards,
    machine,
    transport: run.transport,
    basicIngest: run.basicIngest === true,
    devices: plan.devices,
    updates: plan.updates,
    aheadSeconds: Math.max(0, startAt - now) / 1000,
    scheduledSeconds: plan.scheduledMs / 1000,
    settleSeconds: run.settleMs / 1000,
    pollSeconds: run.pollMs / 1000,
    backend: target && { design: stack.ingest, trackers: target.trackerCount },
  };
  const cost = launchCost(load);
  const { uneven } = shares[0]!.share;
  const id = newLaunchId(now);
  return {
    id,
    region,
    stack,
    generators,
    places: placesOf(generators, id),
    image: request.image ?? `${generators.repository}:${version()}`,
    request: { ...request, run: options },
    target,
    data,
    shares,
    plan,
    load,
    cost,
    notes: [...plan.notes, ...(uneven === undefined ? [] : [uneven]), ...cost.notes],
  };
}

/** Files of this machine are not on the others. */
function checkFlags({ run, shards }: LaunchRequest): void {
  const problems: string[] = [];
  const { generate, dataset, probes, credentials } = run;
  if (shards < 1 || shards > MOST_SHARDS) problems.push(`--shards is from 1 to ${MOST_SHARDS}; got ${shards}`);
  if (dataset === undefined && probes === undefined) {
    for (const name of ['map', 'profile'] as const) {
      const file = generate[name];
      if (file !== undefined && /[/\\.]/.test(file))
        problems.push(`--${name} ${file} is a file of this machine: "simctl generate" makes a --dataset with it`);
    }
  }
  if (dataset !== undefined && isBucket(dataset)) problems.push('--dataset is of this machine; it is copied from here');
  if (run.auth === 'sigv4')
    problems.push(
      '--auth sigv4 signs with the keys of whoever sends, and the role of the machines (infra/generators.ts) may not publish as a device: provision the fleet',
    );
  if (credentials !== undefined) problems.push('the credentials are those of this machine, SIMCTL_HOME has them');
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl launch --help".' });
}

function checkVcpus({ shards, machine }: LaunchRequest, { maxVcpus }: Generators): void {
  const needed = shards * machine.vcpus;
  if (!(needed > maxVcpus)) return;
  throw new UsageError(
    `${shards} machines of ${machine.vcpus} vCPUs are ${needed} vCPUs, and the stack lets ${maxVcpus} be at once`,
    {
      hint: 'They would not all be there at the start. Deploy with -c generatorVcpus=N, or use fewer or smaller ones.',
    },
  );
}

/**
 * The whole command line of a shard. Sample times are moved by what this machine remembers of earlier runs, which the
 * others cannot know; that is noted when it is asked for.
 */
export async function shardCommand({ request, places, target, plan, data }: LaunchPlan): Promise<string[]> {
  const { run, args, shards, startAt, stack } = request;
  const shift =
    target === undefined || run.live || run.shift !== undefined
      ? undefined
      : await sampleTimeShift(plan, {
          everySeconds: data.outlook.everySeconds,
          backend: { target, embedded: false },
          byHand: undefined,
          now: startAt,
        });
  return [
    'run',
    ...args,
    ...(target === undefined ? ['--target=local'] : ['--target=aws', `--stack=${stack}`]),
    // An array has two children at least, and one job alone no index.
    ...(shards === 1 ? ['--shard=0/1'] : [`--shards=${shards}`]),
    `--start-at=${new Date(startAt).toISOString()}`,
    ...(shift === undefined ? [] : [`--shift=${shift}`]),
    ...(data.source.kind === 'dataset' ? [`--dataset=${places.fleet}/dataset`] : []),
    ...(run.transport === 'iot' ? [`--credentials=${places.fleet}/credentials`] : []),
    `--out=${places.results}`,
  ];
}
