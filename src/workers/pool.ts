import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Clock } from '../clock.ts';
import { messageOf, RunError, SetupError } from '../errors.ts';
import { threadFile } from '../thread-file.ts';
import type { TransportName } from '../transports/index.ts';
import { type FleetResult, fleetResult, type ShardEnd } from './fleet-result.ts';
import { type FaultRound, keyed } from './inflict.ts';
import { percentilesOfAll } from './latencies.ts';
import { newPauses, type PauseSwitch } from './pause.ts';
import type { ConnectFailures, News, Order, ShardResult, ShardTask } from './protocol.ts';
import { newFleetView, type Snapshot } from './snapshot.ts';
import { newTimeline, type Slice, type Timeline } from './timeline.ts';

export interface PoolOptions {
  readonly clock: Clock;
  /** First request to end: what is in flight finishes. */
  readonly stop: AbortSignal;
  /** Epoch ms of the first send, common to all processes of a run; absent: once all shards are ready. */
  readonly startAt?: number;
  /** Second: it is cut off. */
  readonly abort: AbortSignal;
  /** Holds all devices while they send, and lets them go on. */
  readonly pause?: PauseSwitch;
  /** All shards are ready, and the first send is about to come. */
  readonly onStart: () => void;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  /** Somebody draws the snapshots: they have positions and a spectrum of latencies, which cost something. */
  readonly watched?: boolean;
  /** Each second of sending (timeline.ts). */
  readonly onSlice?: (slice: Slice) => void;
  /** A moment of a fault has come (inflict.ts), as the first worker says it. */
  readonly onFault?: (round: FaultRound) => void;
}

/** After the last shard is ready, so that the order to start has reached every one before the start. */
const START_AFTER_MS = 200;
/** In which an order reaches every shard, mostly. */
const ORDER_MS = 20;
const SNAPSHOT_EVERY_MS = 250;
/** Of all workers: a screen has no room for more, and a snapshot stays small. */
const MOST_POSITIONS = 512;

/** Runs one worker thread per task, from connecting to the last answer. */
export async function runShards(
  tasks: readonly Omit<ShardTask, 'port' | 'positions'>[],
  {
    clock,
    startAt,
    stop,
    abort,
    pause,
    watched = false,
    onStart,
    onSnapshot,
    onSlice = () => {},
    onFault = () => {},
  }: PoolOptions,
): Promise<FleetResult> {
  const pool = new Piscina<ShardTask, ShardResult>({
    ...threadFile('./shard', import.meta.url),
    minThreads: tasks.length,
    maxThreads: tasks.length,
    // The default, 'sync', would freeze the event loop of a worker between tasks.
    atomics: 'disabled',
  });
  const positions = watched ? Math.ceil(MOST_POSITIONS / tasks.length) : 0;
  const view = newFleetView(tasks.length, watched);
  const unready = new Set(tasks.keys());
  let timeline: Timeline | undefined;
  const channels = tasks.map(() => new MessageChannel());
  const tell = (order: Order) => {
    for (const { port1 } of channels) port1.postMessage(order);
  };
  let [startedAt, shownAt] = [0, 0];
  let stage: Snapshot['stage'] = 'connecting';
  const pauses = newPauses();

  const snapshot = () => view.snapshot({ stage, startedAt, now: shownAt, pausedMs: pauses.within(0, shownAt) });
  const show = (atOnce = false) => {
    const now = clock.now();
    if (now - shownAt < SNAPSHOT_EVERY_MS && !atOnce) return;
    shownAt = now;
    timeline?.tick(view.counts(), now);
    onSnapshot(snapshot());
  };

  const begun = new Set<string>();
  const noteFaults = (rounds: readonly FaultRound[]) => {
    for (const [key, round] of keyed(rounds)) {
      if (begun.has(key)) continue;
      begun.add(key);
      timeline?.mark(round.fault);
      onFault(round);
    }
  };

  const allReady = new Promise<void>((resolve) => {
    channels.forEach(({ port1 }, i) => {
      port1.on('message', (news: News) => {
        const interval = view.take(i, news);
        if (interval) timeline?.add(interval);
        if (news.news === 'running') noteFaults(news.faults ?? []);
        if (news.news === 'ready' && unready.delete(i) && unready.size === 0) resolve();
        show();
      });
    });
  });

  const onPause = () => {
    const now = clock.now();
    if (stage === 'running') {
      pauses.begin(now);
      stage = 'paused';
      tell({ order: 'pause' });
    } else if (stage === 'paused') {
      stage = 'running';
      tell({ order: 'resume', pausedMs: pauses.end(now) });
    } else return;
    show(true);
  };
  const stopListening = pause?.listen(onPause);
  const onStop = () => {
    if (stage === 'paused') pauses.end(clock.now());
    stage = 'draining';
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
          return await pool.run({ ...task, port, positions }, { transferList: [port] });
        } catch (error) {
          return { ok: 'died' as const, message: messageOf(error) };
        }
      })
      .map(async (result) => {
        const settled = await result;
        // One shard that cannot go on ends the run; the others drain, so that what they know is kept.
        if (settled.ok !== true) tell({ order: 'stop' });
        return settled;
      }),
  );

  try {
    await Promise.race([allReady, results]);
    if (unready.size === 0 && !stop.aborted) {
      const { devices, connected } = view.connected();
      if (connected === 0 && devices > 0) {
        tell({ order: 'stop' });
        await results;
        throw nobodyConnected(view.connectFailures, tasks[0]!.transport);
      }
      if (startAt !== undefined && clock.now() + ORDER_MS > startAt) {
        tell({ order: 'stop' });
        await results;
        throw tooLate(startAt, clock.now());
      }
      stage = 'running';
      startedAt = startAt ?? clock.now() + START_AFTER_MS;
      timeline = newTimeline(
        startedAt,
        (slice, latencies) => {
          view.second(slice, latencies);
          onSlice(slice);
        },
        pauses.within,
      );
      onStart();
      tell({ order: 'start', at: startedAt });
    }
    const ends = await results;
    const dead = ends.findIndex(({ ok }) => ok === 'died');
    if (dead >= 0 && startedAt === 0) throw diedEarly(dead, ends[dead]);
    const sum = await fleetResult(ends, tasks, startedAt, pauses.list(clock.now()));
    const fleet: FleetResult = {
      ...sum,
      // The others were told to stop, by nobody's wish.
      interrupted: sum.deaths.length > 0 ? stop.aborted : sum.interrupted,
      connectFailures: view.connectFailures,
    };
    timeline?.end(fleet.counts, fleet, clock.now());
    // The last news may be lost; this is the whole.
    shownAt = clock.now();
    onSnapshot({ ...snapshot(), ...fleet.counts, ...percentilesOfAll(fleet) });
    return fleet;
  } finally {
    stop.removeEventListener('abort', onStop);
    abort.removeEventListener('abort', onAbort);
    stopListening?.();
    for (const { port1 } of channels) port1.close();
    await pool.close({ force: true });
  }
}

function diedEarly(worker: number, end: ShardEnd | undefined): RunError {
  const why = end?.ok === 'died' ? `: ${end.message}` : '';
  return new RunError(`worker ${worker} died before anything was sent${why}`, {
    hint: 'If it ran out of memory, use more workers or a smaller fleet.',
  });
}

function nobodyConnected(failures: ConnectFailures, transport: TransportName): SetupError {
  const lines = Object.entries(failures).map(
    ([code, { devices, first }]) => `${code} (${devices} ${devices === 1 ? 'device' : 'devices'}), first ${first}`,
  );
  return new SetupError(`no device could connect: ${lines.join('; ')}`, {
    hint:
      transport === 'mqtt'
        ? 'Check --broker, that the broker runs, and that it lets these client ids in (user name, password).'
        : 'Check the target with "simctl iot-test", and that the devices are provisioned ("simctl provision").',
  });
}

/** What begins later than the others would count as late by that much, whatever the backend does. */
function tooLate(startAt: number, now: number): SetupError {
  return new SetupError(
    `the devices had connected ${((now - startAt) / 1000).toFixed(1)} s after the moment of --start-at; nothing was sent`,
    { hint: 'Choose a later moment for all shards, or connect faster (--connect-concurrency, --connect-rate).' },
  );
}
