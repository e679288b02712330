import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Clock } from '../clock.ts';
import { messageOf, SetupError, unpackError } from '../errors.ts';
import { decodeHistogram, type Histogram, newHistogram, type Percentiles, percentilesOf } from '../histogram.ts';
import { threadFile } from '../thread-file.ts';
import {
  type ConnectFailures,
  type Counts,
  LATENCIES,
  type Latencies,
  type News,
  type Order,
  type ShardResult,
  type ShardTask,
} from './protocol.ts';
import { newTimeline, type Slice, type Timeline } from './timeline.ts';

/** The state of the whole fleet at one moment: what the dashboard and the plain lines show. */
export interface Snapshot extends Counts {
  phase: 'connecting' | 'running' | 'draining';
  devices: number;
  connected: number;
  connectFailed: number;
  /** Epoch ms of the common start; 0 before. */
  startedAt: number;
  now: number;
  response: Percentiles;
  service: Percentiles;
  late: Percentiles;
  lag: Percentiles;
}

export type FleetHistograms = Record<keyof Latencies, Histogram>;

/** All shards' results, added. */
export interface FleetResult extends FleetHistograms {
  devices: number;
  counts: Counts;
  connectFailures: ConnectFailures;
  interrupted: boolean;
  firstSentAt: number;
  lastDoneAt: number;
}

export interface PoolOptions {
  readonly clock: Clock;
  /** First request to end: what is in flight finishes. */
  readonly stop: AbortSignal;
  /** Epoch ms of the first send, common to all processes of a run; absent: once all shards are ready. */
  readonly startAt?: number;
  /** Second: it is cut off. */
  readonly abort: AbortSignal;
  /** All shards are ready, and the first send is about to come. */
  readonly onStart: () => void;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  /** Each second of sending (timeline.ts). */
  readonly onSlice?: (slice: Slice) => void;
}

/** After the last shard is ready, so that the order to start has reached every one before the start. */
const START_AFTER_MS = 200;
/** In which an order reaches every shard, mostly. */
const ORDER_MS = 20;
const SNAPSHOT_EVERY_MS = 250;

/** Runs one worker thread per task, from connecting to the last answer. */
export async function runShards(
  tasks: readonly Omit<ShardTask, 'port'>[],
  { clock, startAt, stop, abort, onStart, onSnapshot, onSlice = () => {} }: PoolOptions,
): Promise<FleetResult> {
  const pool = new Piscina<ShardTask, ShardResult>({
    ...threadFile('./shard', import.meta.url),
    minThreads: tasks.length,
    maxThreads: tasks.length,
    // The default, 'sync', would freeze the event loop of a worker between tasks.
    atomics: 'disabled',
  });
  const shards = tasks.map(() => ({ connected: 0, connectFailed: 0, devices: 0, counts: noCounts(), ready: false }));
  const live = newHistograms();
  let timeline: Timeline | undefined;
  const connectFailures: ConnectFailures = {};
  const channels = tasks.map(() => new MessageChannel());
  const tell = (order: Order) => {
    for (const { port1 } of channels) port1.postMessage(order);
  };
  let [startedAt, shownAt] = [0, 0];
  let phase: Snapshot['phase'] = 'connecting';

  const show = () => {
    const now = clock.now();
    if (now - shownAt < SNAPSHOT_EVERY_MS) return;
    shownAt = now;
    const counts = shards.map((shard) => shard.counts).reduce(addCounts, noCounts());
    timeline?.tick(counts, now);
    onSnapshot({
      ...counts,
      phase,
      devices: sum(shards, 'devices'),
      connected: sum(shards, 'connected'),
      connectFailed: sum(shards, 'connectFailed'),
      startedAt,
      now,
      response: percentilesOf(live.response),
      service: percentilesOf(live.service),
      late: percentilesOf(live.late),
      lag: percentilesOf(live.lag),
    });
  };

  const allReady = new Promise<void>((resolve) => {
    channels.forEach(({ port1 }, i) => {
      const shard = shards[i]!;
      port1.on('message', (news: News) => {
        if (news.news === 'running') {
          shard.counts = news.counts;
          addLatencies(live, news.interval);
          timeline?.add(news.interval);
        } else {
          shard.devices = news.devices;
          shard.connected = news.connected;
          shard.connectFailed = news.news === 'connecting' ? news.failed : news.devices - news.connected;
        }
        if (news.news === 'ready') {
          shard.ready = true;
          mergeFailures(connectFailures, news.failures);
          if (shards.every(({ ready }) => ready)) resolve();
        }
        show();
      });
    });
  });

  const onStop = () => {
    phase = 'draining';
    tell({ order: 'stop' });
  };
  const onAbort = () => tell({ order: 'abort' });
  stop.addEventListener('abort', onStop, { once: true });
  abort.addEventListener('abort', onAbort, { once: true });
  if (stop.aborted) onStop();

  const results = Promise.all(
    tasks
      .map(async (task, i) => {
        const port = channels[i]!.port2;
        try {
          return await pool.run({ ...task, port }, { transferList: [port] });
        } catch (error) {
          return {
            ok: false as const,
            error: { kind: 'run' as const, message: `worker ${task.shard} died: ${messageOf(error)}` },
          };
        }
      })
      .map(async (result) => {
        const settled = await result;
        // One shard that cannot go on ends the run; the others drain, so that what they know is kept.
        if (!settled.ok) tell({ order: 'stop' });
        return settled;
      }),
  );

  try {
    await Promise.race([allReady, results]);
    if (shards.every(({ ready }) => ready) && !stop.aborted) {
      if (sum(shards, 'connected') === 0 && sum(shards, 'devices') > 0) {
        tell({ order: 'stop' });
        await results;
        throw nobodyConnected(connectFailures);
      }
      if (startAt !== undefined && clock.now() + ORDER_MS > startAt) {
        tell({ order: 'stop' });
        await results;
        throw tooLate(startAt, clock.now());
      }
      phase = 'running';
      startedAt = startAt ?? clock.now() + START_AFTER_MS;
      timeline = newTimeline(startedAt, onSlice);
      onStart();
      tell({ order: 'start', at: startedAt });
    }
    const fleet = fleetResult(await results, connectFailures);
    timeline?.end(fleet.counts, fleet, clock.now());
    return fleet;
  } finally {
    stop.removeEventListener('abort', onStop);
    abort.removeEventListener('abort', onAbort);
    for (const { port1 } of channels) port1.close();
    await pool.close({ force: true });
  }
}

function fleetResult(results: readonly ShardResult[], connectFailures: ConnectFailures): FleetResult {
  const total = newHistograms();
  const fleet: FleetResult = {
    ...total,
    devices: 0,
    counts: noCounts(),
    connectFailures,
    interrupted: false,
    firstSentAt: 0,
    lastDoneAt: 0,
  };
  for (const result of results) {
    if (!result.ok) throw unpackError(result.error);
    addLatencies(total, result.total);
    fleet.devices += result.devices;
    fleet.counts = addCounts(fleet.counts, result.counts);
    fleet.interrupted ||= result.interrupted;
    if (result.firstSentAt > 0 && (fleet.firstSentAt === 0 || result.firstSentAt < fleet.firstSentAt)) {
      fleet.firstSentAt = result.firstSentAt;
    }
    fleet.lastDoneAt = Math.max(fleet.lastDoneAt, result.lastDoneAt);
  }
  return fleet;
}

function nobodyConnected(failures: ConnectFailures): SetupError {
  const lines = Object.entries(failures).map(
    ([code, { devices, first }]) => `${code} (${devices} devices), first ${first}`,
  );
  return new SetupError(`no device could connect: ${lines.join('; ')}`, {
    hint: 'Check the target with "simctl iot-test", and that the devices are provisioned ("simctl provision").',
  });
}

/** What begins later than the others would count as late by that much, whatever the backend does. */
function tooLate(startAt: number, now: number): SetupError {
  return new SetupError(
    `the devices had connected ${((now - startAt) / 1000).toFixed(1)} s after the moment of --start-at; nothing was sent`,
    { hint: 'Choose a later moment for all shards, or connect faster (--connect-concurrency, --connect-rate).' },
  );
}

function mergeFailures(into: ConnectFailures, from: ConnectFailures): void {
  for (const [code, { devices, first }] of Object.entries(from)) {
    const known = into[code];
    if (known) known.devices += devices;
    else into[code] = { devices, first };
  }
}

function newHistograms(): FleetHistograms {
  return { response: newHistogram(), service: newHistogram(), late: newHistogram(), lag: newHistogram() };
}

function noCounts(): Counts {
  return { sent: 0, acknowledged: 0, failed: 0, unknown: 0, inFlight: 0, failures: {} };
}

function addCounts(a: Counts, b: Counts): Counts {
  const failures = { ...a.failures };
  for (const [code, n] of Object.entries(b.failures)) failures[code] = (failures[code] ?? 0) + n;
  return {
    sent: a.sent + b.sent,
    acknowledged: a.acknowledged + b.acknowledged,
    failed: a.failed + b.failed,
    unknown: a.unknown + b.unknown,
    inFlight: a.inFlight + b.inFlight,
    failures,
  };
}

function addLatencies(into: FleetHistograms, from: Latencies): void {
  for (const name of LATENCIES) into[name].add(decodeHistogram(from[name]));
}

function sum<K extends string>(of: readonly Record<K, number>[], key: K): number {
  return of.reduce((total, { [key]: n }) => total + n, 0);
}
