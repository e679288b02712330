import { systemClock } from '../clock.ts';
import { openLineLog } from '../line-log.ts';
import { basicIngestRoot } from '../wire.ts';
import type { FleetResult } from '../workers/fleet-result.ts';
import { runShards } from '../workers/pool.ts';
import type { ShardTask } from '../workers/protocol.ts';
import type { Slice } from '../workers/timeline.ts';
import { brokenBy } from './broken-by.ts';
import { coresUsed } from './cores-used.ts';
import { type LateSecond, lateSecond } from './lateness.ts';
import { watchPhases } from './phase-watch.ts';
import type { Run } from './run-context.ts';
import { parseThresholds } from './threshold.ts';
import type { Viewer } from './viewer.ts';

/** The least that AWS IoT takes is 30 s; a phone's usual is minutes. */
const KEEP_ALIVE_SECONDS = 300;
/** BatchUpdateDevicePosition requests a second and account (Amazon Location quota L-16C77FC0). */
const LOCATION_RATE = 50;
/** Keeps the seeds of one shard's workers from those of the next's. */
const MOST_WORKERS = 1024;

export interface Sent {
  readonly fleet: FleetResult;
  /** All of them where thresholds have windows; none elsewhere. */
  readonly slices: readonly Slice[];
  readonly lateSeconds: readonly LateSecond[];
  readonly begunAt: number;
  /** Of this process while it sent (cores-used.ts). */
  readonly cores: number;
}

/** Connects the fleet and sends all it has. @throws RunError where what becomes of it can no longer be written down */
export async function sendUpdates(
  run: Run,
  shift: number | 'live',
  viewer: Viewer,
  begun: { sending: boolean },
): Promise<Sent> {
  const { options, epoch, files, plan, reporter, ending, pause } = run;
  reporter.step('connect', `Connecting ${plan.devices} devices over ${plan.transport}`);
  const windowed = parseThresholds(options.thresholds, options.phases).some(
    ({ everySeconds }) => everySeconds !== undefined,
  );
  const slices: Slice[] = [];
  const lateSeconds: LateSecond[] = [];
  const phases = watchPhases(options.phases, reporter.note);
  const timeline = openLineLog(files.timeline);
  // Hours of a run whose record has a hole are of no use: it ends, and keeps what it has.
  const broken = AbortSignal.any([brokenBy(timeline.failed), viewer.broken]);
  broken.addEventListener('abort', ending.request, { once: true });
  const clock = systemClock(epoch);
  let cores = () => 0;
  const fleet = await runShards(shardTasks(run, shift), {
    clock,
    ...(options.startAt === undefined ? {} : { startAt: options.startAt }),
    stop: ending.stop,
    abort: ending.abort,
    ...(pause && { pause }),
    watched: reporter.watches === true,
    onStart() {
      begun.sending = true;
      cores = coresUsed(clock.now);
      const from = options.startAt === undefined ? '' : ` from ${new Date(options.startAt).toISOString()} on`;
      reporter.step('run', `Sending ${plan.updates} updates${from}, pace ${options.pace}`);
    },
    onSnapshot(snapshot) {
      const seen = viewer.seen();
      reporter.fleet({
        ...snapshot,
        planned: plan.updates,
        scheduledMs: plan.scheduledMs,
        ...(seen === undefined ? {} : { seen }),
        ...phases.of(snapshot),
      });
    },
    onFault: ({ fault, round }) => round === 0 && reporter.note(`On purpose: ${fault}`),
    onSlice(slice) {
      const labelled = phases.labelled(slice);
      timeline.write(JSON.stringify(labelled));
      void timeline.flush().catch(() => {}); // `broken` says it
      if (windowed) slices.push(labelled);
      const late = lateSecond(slice, options.lagLimitMs);
      if (late !== undefined) lateSeconds.push(late);
    },
  }).finally(() => timeline.close());
  broken.throwIfAborted();
  return { fleet, slices, lateSeconds, begunAt: phases.start ?? 0, cores: cores() };
}

function shardTasks(
  { options, epoch, files, data, plan, backend }: Run,
  shift: number | 'live',
): Omit<ShardTask, 'port' | 'positions'>[] {
  const of = plan.shard?.of ?? 1;
  return plan.shards.map(({ partitions }, shard) => ({
    epoch,
    shard,
    source: data.source,
    partitions,
    transport: options.transport,
    settings: {
      target: backend.target,
      client: options.client,
      ...(options.broker === undefined ? {} : { broker: options.broker }),
      topicRoot: options.basicIngest ? basicIngestRoot(options.topicRoot) : options.topicRoot,
      ...(options.auth === undefined ? {} : { auth: options.auth }),
      ...(options.mqttVersion === undefined ? {} : { mqttVersion: options.mqttVersion }),
      ...(options.userProperties === undefined ? {} : { userProperties: options.userProperties }),
      legacySwap: options.legacySwap,
      qos: options.qos,
      ackTimeoutMs: options.ackTimeoutMs,
      connectTimeoutMs: options.connectTimeoutMs,
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      lingerMs: options.lingerMs,
      redeliverMs: options.redeliverMs,
      persistentSession: options.persistentSession,
      ...(options.localAddresses === undefined ? {} : { localAddresses: options.localAddresses }),
      seed: options.generate.seed + shard + (plan.shard?.index ?? 0) * MOST_WORKERS,
      // The account's quota is shared by all workers of all machines; the stand-in has none unless told.
      ...(backend.target.locationEndpoint === undefined
        ? { ratePerSecond: LOCATION_RATE / plan.shards.length / of }
        : {}),
    },
    connectConcurrency: options.connectConcurrency,
    ...(options.connectRate === undefined ? {} : { connectRate: options.connectRate }),
    pace: plan.pace,
    fleet: {
      devices: plan.fleet.devices,
      firstSampleTime: plan.firstSampleTime,
      everySeconds: data.outlook.everySeconds,
    },
    minGapMs: plan.minGapMs,
    shift,
    sentLog: files.sent(shard),
    ...(plan.faults === undefined ? {} : { faults: plan.faults }),
    lagLimitMs: options.lagLimitMs,
  }));
}
