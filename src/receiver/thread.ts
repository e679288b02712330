/** The receiver's thread: rounds of polling from its beginning on, sweeps when it is told. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../clock.ts';
import { packError } from '../errors.ts';
import { openLineLog } from '../line-log.ts';
import { querySigner } from '../signed-query.ts';
import type { News, Order, ReceiverSnapshot, ReceiverTask } from './protocol.ts';
import { queryApi } from './query.ts';
import { evenly, type SweepRequest, sweepHistory } from './sweep.ts';
import { watch } from './watch.ts';

const NEWS_EVERY_MS = 100;
/** A page that fails now and then is asked for again; a poll that goes on failing is old news, and the next is due. */
const POLL_TRIES = 3;
const SWEEP_TRIES = 6;

const port = parentPort!;
const { target, endpoint, out, intervalMs, devices, epoch } = workerData as ReceiverTask;
let snapshot: ReceiverSnapshot = { seen: 0, rounds: 0, lastRoundMs: 0, errors: 0 };
const onFailure = () => {
  snapshot.errors++;
};
const say = (news: News) => port.postMessage(news);

const signing = target.querySigned ? { sign: await querySigner(target.region) } : {};
const clock = systemClock(epoch);
const polling = new AbortController();
const log = openLineLog(out);
let saidAt = 0;

const rounds = watch({
  api: queryApi({ endpoint, clock, signal: polling.signal, tries: POLL_TRIES, onFailure, ...signing }),
  target,
  intervalMs,
  ...(devices === undefined ? {} : { devices: new Set(devices) }),
  clock,
  log,
  onNews(watching) {
    snapshot = { ...watching, errors: snapshot.errors };
    if (clock.now() - saidAt < NEWS_EVERY_MS) return;
    saidAt = clock.now();
    say({ news: 'polled', snapshot });
  },
});
rounds.catch((error) => say({ news: 'failed', error: packError(error) })); // a full disk ends the rounds

const sweeps = new Map<number, { end(): void; ended: Promise<void> }>();

function beginSweep(sweep: number, request: SweepRequest): void {
  const sweepClock = systemClock(epoch);
  const cut = new AbortController();
  const { signal } = cut;
  const { ratePerSecond, devices } = request;
  const admit = ratePerSecond === undefined ? {} : { admit: evenly(sweepClock, ratePerSecond) };
  const api = queryApi({ endpoint, clock: sweepClock, signal, tries: SWEEP_TRIES, onFailure, ...admit, ...signing });
  let toldAt = 0;
  const onProgress = (done: number) => {
    if (sweepClock.now() - toldAt < NEWS_EVERY_MS && done < devices.length) return;
    toldAt = sweepClock.now();
    say({ news: 'sweeping', sweep, done });
  };
  const ended = sweepHistory(request, { api, target, signal, onProgress })
    .then(
      (result) => say({ news: 'swept', sweep, result }),
      (error) => say({ news: 'swept', sweep, error: packError(error) }),
    )
    .finally(() => sweeps.delete(sweep));
  const end = () => {
    sweepClock.stop();
    cut.abort();
  };
  sweeps.set(sweep, { end, ended });
}

async function stop(): Promise<void> {
  clock.stop();
  polling.abort();
  for (const { end } of sweeps.values()) end();
  await Promise.all([...sweeps.values()].map(({ ended }) => ended));
  try {
    await rounds;
    await log.close();
    say({ news: 'stopped', snapshot });
  } catch (error) {
    say({ news: 'stopped', snapshot, error: packError(error) });
  }
  port.close();
}

port.on('message', (order: Order) => {
  if (order.order === 'sweep') beginSweep(order.sweep, order.request);
  else if (order.order === 'end-sweep') sweeps.get(order.sweep)?.end();
  else void stop();
});
