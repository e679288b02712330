import pLimit from 'p-limit';
import { systemClock } from '../clock.ts';
import { packError } from '../errors.ts';
import { openLineLog } from '../line-log.ts';
import type { Track } from '../model.ts';
import { connectionsOf } from '../transports/connections.ts';
import { createTransport } from '../transports/index.ts';
import { failureCode, type Transport } from '../transports/transport.ts';
import { drive, type Road } from './drive.ts';
import { fleetTracks } from './fleet-tracks.ts';
import { type FaultRound, inflict } from './inflict.ts';
import { newOwnLateness } from './own-lateness.ts';
import { lengthMs, pacerOf } from './pacer.ts';
import { samplePositions } from './positions.ts';
import type { ConnectFailures, News, Order, ShardResult, ShardTask } from './protocol.ts';
import { sendLog } from './send-log.ts';
import { newTally } from './tally.ts';
import { newUnharmedLateness } from './unharmed-lateness.ts';

const NEWS_EVERY_MS = 250;

/** The one long task of a worker thread. A refusal to begin is a result too, so that its hint survives the thread. */
export default async function shard(task: ShardTask): Promise<ShardResult> {
  try {
    return await runShard(task);
  } catch (error) {
    return { ok: false, error: packError(error) };
  } finally {
    task.port.close();
  }
}

async function runShard(task: ShardTask): Promise<ShardResult> {
  const { port, settings } = task;
  // Devices sleep on a clock of their own: stopping it must not cut short the time-outs of what is in flight.
  const [clock, transportClock] = [systemClock(task.epoch), systemClock(task.epoch)];
  // And the news goes on while devices are held.
  const newsClock = systemClock(task.epoch);
  const cutOff = new AbortController();
  let startAt = 0;
  const orders = listen(task, {
    pause: () => clock.hold(),
    resume(pausedMs) {
      startAt += pausedMs;
      clock.resume(pausedMs);
    },
    stop: () => clock.stop(),
    abort: () => {
      clock.stop();
      cutOff.abort();
    },
  });

  const tracks = await fleetTracks(task.source, task.partitions);
  const log = openLineLog(task.sentLog);
  // A thread that dies of an error, or ends by itself, has this much left to do; one that runs out of memory has not.
  process.once('exit', log.flushNow);
  const transport = await createTransport(task.transport, settings, transportClock);
  cutOff.signal.addEventListener('abort', () => void transport.close(), { once: true });
  const tally = newTally();
  const lateness = newOwnLateness();
  const connections = connectionsOf(transport);
  const unharmed = connections && task.faults && newUnharmedLateness(task.lagLimitMs);
  let faultRounds = (): FaultRound[] => [];
  const write = sendLog(log);
  let begun = 0;
  const counted: Transport = {
    ...transport,
    send: (update) => {
      begun++;
      return transport.send(update);
    },
  };
  // Whatever was begun is recorded when it ends: no promise of its own has to be made to count it.
  const counts = () => tally.counts(begun, connections?.counts());
  const say = (news: News) => port.postMessage(news);

  try {
    await connectAll(task, tracks, transport, orders.stopping, clock, say);
    const start = await orders.start;
    if (start !== undefined) {
      startAt = start;
      const positions = samplePositions(tracks.length, task.positions);
      const road = {
        clock,
        transport: counted,
        pacer: pacerOf(task.pace, task.fleet),
        start: () => startAt,
        end: lengthMs(task.pace) ?? Number.POSITIVE_INFINITY,
        minGap: task.minGapMs,
        record: (attempt: Parameters<typeof write>[0]) => {
          tally.record(attempt);
          unharmed?.note(attempt, attempt.update.deviceId);
          write(attempt);
        },
      };
      if (connections && task.faults && unharmed) {
        faultRounds = inflict({
          faults: task.faults,
          clock,
          start: () => startAt,
          devices: tracks.map(({ track: { deviceId }, index }) => ({ deviceId, index })),
          connections,
          mark: (line) => log.write(JSON.stringify(line)),
          harmed: unharmed.harmed,
        });
      }
      lateness.note(0);
      const news = every(NEWS_EVERY_MS, newsClock, () => {
        lateness.note(tally.lateMs());
        say({
          news: 'running',
          counts: counts(),
          interval: tally.interval(),
          ...(task.faults && { faults: faultRounds() }),
          ...(positions && { positions: positions.sample }),
        });
        void log.flush().catch(() => {}); // log.failed says it
      });
      await Promise.race([
        Promise.all(
          tracks.map(({ track, index }, i) =>
            drive(track, index, {
              ...road,
              stamp: stampOf(task.shift),
              record: positions?.recordOf(i, road.record) ?? road.record,
            }),
          ),
        ),
        log.failed,
      ]);
      lateness.note(tally.lateMs());
      newsClock.stop();
      await news;
    }
  } finally {
    // Before the log is closed: faults that outlast the run end with it, and say so there.
    clock.stop();
    await transport.close();
    transportClock.stop();
    newsClock.stop();
    await log.close().finally(() => process.off('exit', log.flushNow));
  }
  return {
    ok: true,
    devices: tracks.length,
    counts: counts(),
    total: tally.total(),
    interrupted: orders.interrupted(),
    ...tally.span(),
    faults: faultRounds(),
    ...(unharmed && { lateUnharmed: unharmed.count() }),
    lateness: lateness.sums(),
  };
}

/**
 * Sample times lie in the trackers' window by a shift, or are the present (the paper's first mode): then each of a device
 * is later than the one before, as they name its updates.
 */
function stampOf(shift: ShardTask['shift']): Road['stamp'] {
  if (shift !== 'live') return (fix) => fix.sampleTime + shift;
  let last = 0;
  return (_, dueAt) => {
    last = Math.max(last + 1, Math.round(dueAt));
    return last;
  };
}

/** Orders as they come: `start` resolves with the common start, or with undefined where `stop` came first. */
function listen({ port }: ShardTask, on: { pause(): void; resume(ms: number): void; stop(): void; abort(): void }) {
  const stopping = new AbortController();
  let interrupted = false;
  let begin: (at: number | undefined) => void = () => {};
  const start = new Promise<number | undefined>((resolve) => {
    begin = resolve;
  });
  port.on('message', (order: Order) => {
    if (order.order === 'start') return begin(order.at);
    if (order.order === 'pause') return on.pause();
    if (order.order === 'resume') return on.resume(order.pausedMs);
    interrupted = true;
    stopping.abort();
    begin(undefined);
    on[order.order]();
  });
  return { start, stopping: stopping.signal, interrupted: () => interrupted };
}

/** Connects every device; a failure is that device's alone, counted by code. */
async function connectAll(
  task: ShardTask,
  tracks: readonly { track: Track; index: number }[],
  transport: Transport,
  stopping: AbortSignal,
  clock: ReturnType<typeof systemClock>,
  say: (news: News) => void,
): Promise<void> {
  const devices = tracks.length;
  const failures: ConnectFailures = {};
  let [connected, failed] = [0, 0];
  let over = false;
  void every(
    NEWS_EVERY_MS,
    clock,
    () => say({ news: 'connecting', devices, connected, failed }),
    () => over,
  );
  const begun = clock.now();
  const limit = pLimit(task.connectConcurrency);
  // In the order of their turns: whoever waits for a later one must not keep an earlier one out.
  const turns = tracks.toSorted((a, b) => a.index - b.index);
  await limit.map(turns, async ({ track: { deviceId }, index }) => {
    // At even distances over the whole fleet, each shard keeping to its own devices' turns.
    if (task.connectRate !== undefined) await clock.until(begun + (index * 1000) / task.connectRate);
    if (stopping.aborted) return;
    try {
      await transport.connect(deviceId, stopping);
      connected++;
    } catch (error) {
      failed++;
      const known = failures[failureCode(error)];
      if (known) known.devices++;
      else failures[failureCode(error)] = { devices: 1, first: `${deviceId}: ${(error as Error).message}` };
    }
  });
  over = true;
  say({ news: 'ready', devices, connected, failures });
}

/** Calls `tick` every `ms` until the clock stops or `over()`. */
async function every(
  ms: number,
  clock: ReturnType<typeof systemClock>,
  tick: () => void,
  over = () => false,
): Promise<void> {
  for (let at = clock.now() + ms; await clock.until(at); at += ms) {
    if (over()) return;
    tick();
  }
}
