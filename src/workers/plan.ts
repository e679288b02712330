import { durationText } from '../duration.ts';
import { UsageError } from '../errors.ts';
import type { FleetOutlook } from '../generator/fleet-options.ts';
import { parseBroker } from '../transports/broker-address.ts';
import { TOPIC_ROOT } from '../wire.ts';
import { faultPlanText, faultProblems, type PlannedFault, planFaults } from './fault-plan.ts';
import { peakOf } from './load-curve.ts';
import { type MinGap, minGapMs, parseMinGap } from './min-gap.ts';
import { askedByRates, isReplay } from './mixed-pace.ts';
import { type MqttRequest, mqttProblems } from './mqtt-request.ts';
import { paceText, parsePace } from './pace-text.ts';
import { lengthMs, type Pace, scheduledMs, updatesAskedFor } from './pacer.ts';
import { askedOf, type ShardChoice, type ShardPlan, type Share, splitPartitions, splitShare } from './share.ts';

/** What a person asked for, as the flags say it. */
export interface PlanRequest extends MqttRequest {
  readonly pace: string;
  /** A number of ms, or `auto`. */
  readonly minGap: string;
  readonly every: number;
  readonly workers: number;
  readonly live: boolean;
  readonly shift: number | undefined;
  readonly connectConcurrency: number;
  readonly qos: number;
  readonly transport: string;
  readonly broker: string | undefined;
  readonly legacySwap: boolean;
  readonly target: string;
  readonly topicRoot: string;
  readonly queryEndpoint: string | undefined;
  readonly drop: readonly string[];
  readonly client?: string;
  /** Texts of fault.ts. */
  readonly faults?: readonly string[];
  readonly redeliverMs?: number;
  readonly persistentSession?: boolean;
  /** Whose seed decides whom the faults strike. */
  readonly generate?: { readonly seed: number };
  /** This process's part of the fleet; absent: all of it. */
  readonly shard?: ShardChoice | undefined;
  /** Epoch ms at which sending begins; absent: as soon as all have connected. */
  readonly startAt?: number | undefined;
}

/** What will be done: pure data, printed by --dry-run and kept as plan.json. */
export interface Plan {
  /** Of this process … */
  readonly devices: number;
  readonly updates: number;
  /** … and of all shards together. */
  readonly fleet: { readonly devices: number; readonly updates: number };
  /** Fixes that there are of this process's devices: more than `updates` where the pace ends before them. */
  readonly fixes: number;
  /** Absent: there is but one process. */
  readonly shard?: ShardChoice;
  /** Epoch ms; absent: as soon as all have connected. */
  readonly startAt?: number;
  readonly transport: string;
  readonly pace: Pace;
  readonly minGapMs: number;
  readonly live: boolean;
  /** Of the whole fleet. */
  readonly firstSampleTime: number;
  readonly lastSampleTime: number;
  /** The schedule's length in ms, 0 for `max`; the run takes a little longer. */
  readonly scheduledMs: number;
  /** What will be done to the devices' connections on purpose; absent: nothing. */
  readonly faults?: readonly PlannedFault[];
  /** One entry a worker. */
  readonly shards: readonly ShardPlan[];
  /** What a person should know before starting. */
  readonly notes: readonly string[];
}

/** Trackers refuse older samples (AWS, "Tracker device positions" retention). */
const WINDOW_MS = 30 * 86_400_000;

/** Checks the sense of a request that needs no fleet to judge. @throws UsageError with every problem at once */
export function checkRequest(request: PlanRequest): void {
  refuse(requestProblems(request));
  if (request.transport === 'mqtt') parseBroker(request.broker);
}

/** What has no sense, with no fleet to judge it by; flags are named as `--pace`. */
export function requestProblems(request: PlanRequest): string[] {
  const problems: string[] = [];
  const pace = parsePace(request.pace);
  if (typeof pace === 'string') problems.push(`--${pace}`);
  const gap = parseMinGap(request.minGap);
  if (typeof gap === 'object') problems.push(gap.problem);
  if (!(request.every > 0)) problems.push(`--every must be a number of seconds above 0; got ${request.every}`);
  if (request.workers < 1) problems.push(`--workers must be at least 1; got ${request.workers}`);
  if (request.connectConcurrency < 1) problems.push('--connect-concurrency must be at least 1');
  if (request.live && request.shift !== undefined)
    problems.push('--live stamps the present, so --shift has no meaning with it');
  if (request.transport === 'mqtt' && !request.broker)
    problems.push('--transport mqtt needs --broker mqtt://HOST:PORT');
  if (request.transport !== 'mqtt' && request.broker)
    problems.push(`--broker goes with --transport mqtt, not ${request.transport}`);
  if (request.target === 'local' && request.transport === 'iot' && request.topicRoot !== TOPIC_ROOT)
    problems.push(
      `the stand-in's rule and policy know the topic ${TOPIC_ROOT} alone; got --topic ${request.topicRoot}`,
    );
  if (request.target === 'local' && request.queryEndpoint !== undefined)
    problems.push('--query-endpoint is for a backend that is not embedded; say which with --target');
  if (request.drop.length > 0 && (request.target !== 'local' || request.transport !== 'iot'))
    problems.push(
      "--drop is a fault of the embedded stand-in's rule engine: it goes with --target local and --transport iot",
    );
  for (const drop of request.drop)
    if (!/^.+@[0-9]+$/.test(drop)) problems.push(`--drop is <device id>@<seq>, such as SLE-7115@3; got "${drop}"`);
  if (request.transport === 'tracker' && request.legacySwap)
    problems.push('--legacy-swap is a form of the MQTT payload; --transport tracker has none');
  problems.push(...connectionProblems(request));
  problems.push(...mqttProblems(request), ...shardProblems(request));
  return problems;
}

function connectionProblems({ transport, client = 'lean', faults = [], qos, ...request }: PlanRequest): string[] {
  const problems = faultProblems(faults, { transport, client });
  const { redeliverMs = 0, persistentSession = false } = request;
  const hasSessions = transport === 'iot' || transport === 'mqtt';
  if (redeliverMs > 0 && qos === 0) problems.push('--redeliver goes with --qos 1: at QoS 0 nothing is answered');
  if (redeliverMs > 0 && !hasSessions)
    problems.push(`--redeliver is of MQTT; --transport ${transport} has no sessions`);
  if (persistentSession && !hasSessions)
    problems.push(`--persistent-session is of MQTT; --transport ${transport} has no sessions`);
  return problems;
}

function shardProblems({ shard, startAt, live, shift, target, transport }: PlanRequest): string[] {
  if (shard === undefined) return [];
  const problems: string[] = [];
  if (target === 'local' && (transport === 'iot' || transport === 'tracker'))
    problems.push(
      'all shards go to one backend, and --target local is a stand-in of this process alone: give the ready file of a "simctl local", or aws',
    );
  // The shift of sample times follows from the moment at which all begin.
  if (startAt === undefined && !live && shift === undefined)
    problems.push('shards agree on sample times by the moment they begin: say --start-at (or --shift, or --live)');
  return problems;
}

/**
 * Divides a fleet, or a shard's share of one, over workers and says what the run will be.
 * @throws UsageError with every problem at once.
 */
export function planRun(request: PlanRequest, fleet: FleetOutlook, share?: Share): Plan {
  checkRequest(request);
  const pace = parsePace(request.pace) as Pace;
  const { devices, fixes, firstSampleTime, lastSampleTime } = fleet;
  const problems: string[] = [];
  if (devices === 0) problems.push('the dataset holds no device');
  if (!request.live && lastSampleTime - firstSampleTime > WINDOW_MS) {
    problems.push(
      `the dataset spans ${((lastSampleTime - firstSampleTime) / 86_400_000).toFixed(1)} days, and trackers refuse samples older than 30: split it, or stamp the present with --live`,
    );
  }
  const asked = updatesAskedFor(pace) ?? fixes;
  const least = pace.kind === 'mixed' ? askedByRates(pace.stretches) : asked;
  if (least > fixes && devices > 0) {
    const each = Math.ceil(least / devices);
    problems.push(
      `the pace asks for ${least} updates${pace.kind === 'mixed' ? ' beside those of replays and at max' : ''}, and the fleet has ${fixes} fixes: ${devices} devices need ${each} each, which is --seconds ${each * fleet.everySeconds} for a fleet that is generated`,
    );
  }
  const length = scheduledMs(pace, fleet);
  const scope = { seed: request.generate?.seed ?? 1, devices, scheduledMs: length };
  const planned = planFaults(request.faults ?? [], scope);
  problems.push(...planned.problems);
  refuse(problems);
  const { startAt } = request;
  return {
    devices: share?.devices ?? devices,
    updates: share === undefined ? asked : askedOf(share, asked, devices),
    fleet: { devices, updates: asked },
    fixes: share?.updates ?? fixes,
    ...(share === undefined ? {} : { shard: share.choice }),
    ...(startAt === undefined ? {} : { startAt }),
    transport: request.transport,
    pace,
    minGapMs: minGapMs(parseMinGap(request.minGap) as MinGap, devices),
    live: request.live,
    firstSampleTime,
    lastSampleTime,
    scheduledMs: length,
    ...(planned.faults.length > 0 ? { faults: planned.faults } : {}),
    shards:
      share === undefined
        ? splitPartitions(fleet.partitions, Math.min(request.workers, Math.max(1, devices)))
        : splitShare(share, request.workers),
    notes: [...notesOn(request, pace, fleet), ...(share?.uneven === undefined ? [] : [share.uneven])],
  };
}

function notesOn(request: PlanRequest, pace: Pace, fleet: FleetOutlook): string[] {
  const notes: string[] = [];
  const spacing = spacingSeconds(pace, fleet);
  const ends = lengthMs(pace);
  if (ends !== undefined) {
    const asked = updatesAskedFor(pace);
    notes.push(
      `the pace ends after ${durationText(ends)}${asked === undefined ? ', whatever fixes are left' : `; ${fleet.fixes - asked} of ${fleet.fixes} fixes are not asked for`}`,
    );
    if (pace.kind === 'mixed' && pace.stretches.some((stretch) => 'maxSeconds' in stretch))
      notes.push('at max, devices take as many fixes as answers allow; what comes after has those that are left');
  }
  if (request.live && spacing < 30) {
    notes.push(
      "with --live, updates closer than 30 s apart are filtered by the trackers (time-based filtering); --pace replay keeps the data's own distance",
    );
  }
  if (fleet.everySeconds < 30 && !request.live) {
    notes.push('fixes closer than 30 s of sample time are filtered by the trackers; --every 30 thins them');
  }
  return notes;
}

/** Between two updates of a device, on the wall clock, at the least; 0 where nothing keeps them apart. */
function spacingSeconds(pace: Pace, { devices, everySeconds }: FleetOutlook): number {
  switch (pace.kind) {
    case 'max':
    case 'mixed':
      return 0;
    case 'rate':
      return devices / pace.perSecond;
    case 'replay':
      return everySeconds / pace.speed;
    case 'profile':
      return (isReplay(pace.segments) ? everySeconds : devices) / Math.max(...pace.segments.map(peakOf));
  }
}

/** The plan as a person reads it. */
export function planText(plan: Plan): string {
  const { devices, updates, transport, pace, minGapMs: gap, scheduledMs: length, shards, faults = [], notes } = plan;
  const { shard, fleet } = plan;
  // As many as there is time for: nobody knows how many that is.
  const open = lengthMs(pace) !== undefined && updatesAskedFor(pace) === undefined;
  const rate = length > 0 && !open ? `, ${(updates / (length / 1000)).toFixed(0)} updates/s on average` : '';
  const time = length > 0 ? `${(length / 1000).toFixed(0)} s` : 'as fast as answers come';
  return [
    ...(shard === undefined
      ? []
      : [
          `shard ${shard.index} of ${shard.of}, counted from 0 (by ${shard.saidBy}), of a fleet of ${fleet.devices} devices and ${fleet.updates} updates`,
        ]),
    `${devices} devices, ${open ? 'at most ' : ''}${updates} updates over ${transport}, pace ${paceText(pace)}: ${time}${rate}`,
    `${shards.length} worker${shards.length === 1 ? '' : 's'}: ${shards.map((shard) => `${shard.devices} devices`).join(', ')}`,
    ...(gap > 0 ? [`a device waits ${gap.toFixed(0)} ms after an answer`] : []),
    ...faults.map((fault) => `on purpose: ${faultPlanText(fault)}`),
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl run --help".' });
}
