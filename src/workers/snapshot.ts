/** A fleet as one moment shows it, put together from what its workers say. */
import { type Histogram, newHistogram, type Percentiles, percentilesOf } from '../histogram.ts';
import type { Position } from '../model.ts';
import { addCounts, noCounts } from './counts.ts';
import { addRounds, type FaultRound } from './inflict.ts';
import { addAllRecorded, addLatencies, type FleetHistograms, newHistograms, percentilesOfAll } from './latencies.ts';
import { type ConnectFailures, type Counts, LATENCIES, type News } from './protocol.ts';
import type { Slice } from './timeline.ts';

/** The state of the whole fleet at one moment: what the dashboard, the plain lines and followers show. Plain JSON. */
export interface Snapshot extends Counts {
  stage: 'connecting' | 'running' | 'paused' | 'draining';
  devices: number;
  connected: number;
  connectFailed: number;
  /** Devices that could not connect, by code; known of a worker once its others have. */
  connectFailures: ConnectFailures;
  /** Epoch ms of the common start; 0 before. */
  startedAt: number;
  now: number;
  /** All pauses so far, ms. */
  pausedMs: number;
  /** Since the start, ms. */
  response: Percentiles;
  service: Percentiles;
  late: Percentiles;
  lag: Percentiles;
  /** What has been done to connections on purpose so far; absent: nothing. */
  faults?: readonly FaultRound[];
  workers: readonly WorkerFigures[];
  /** The last whole second; absent in the first. */
  second?: SecondFigures;
  /** Of a run that is watched: the latencies since the start, in ms at each of SPECTRUM. */
  spectrum?: { readonly response: readonly number[]; readonly service: readonly number[] };
  /** Of a run that is watched: where some of the devices last sent from. */
  positions?: readonly Position[];
}

/** One worker's part. */
export interface WorkerFigures extends Counts {
  devices: number;
  connected: number;
  connectFailed: number;
  /** 99th percentiles since the start, ms. */
  response: number;
  lag: number;
}

/** What was reported in one second of the run, as a slice of its timeline. */
export interface SecondFigures extends Pick<Slice, 'from' | 'to' | 'sent' | 'failed' | 'unknown'> {
  response: Percentiles;
  service: Percentiles;
  late: Percentiles;
  lag: Percentiles;
}

/** Percentiles at even distances in nines: 0, 25.0 …, 90, 92.5 …, 99, …, 99.99. */
export const SPECTRUM: readonly number[] = Array.from({ length: 33 }, (_, i) => 100 * (1 - 10 ** (-i / 8)));

/** What the workers have said so far. */
export interface FleetView {
  /** @returns the histograms that a worker's news holds, where it holds any; the next call overwrites them */
  take(worker: number, news: News): FleetHistograms | undefined;
  /** A second is over. */
  second(slice: Slice, latencies: FleetHistograms): void;
  counts(): Counts;
  /** Of all workers so far. */
  connected(): { devices: number; connected: number };
  snapshot(of: Pick<Snapshot, 'stage' | 'startedAt' | 'now' | 'pausedMs'>): Snapshot;
  readonly connectFailures: ConnectFailures;
}

/** @param watched whether somebody draws what costs something to find out */
export function newFleetView(workerCount: number, watched: boolean): FleetView {
  const workers = Array.from({ length: workerCount }, newWorker);
  const [live, interval] = [newHistograms(), newHistograms()];
  const connectFailures: ConnectFailures = {};
  let lastSecond: Pick<Snapshot, 'second' | 'spectrum'> = {};

  const counts = () => workers.map((worker) => worker.counts).reduce(addCounts, noCounts());
  return {
    connectFailures,
    counts,
    connected: () => ({ devices: sum(workers, 'devices'), connected: sum(workers, 'connected') }),
    take(i, news) {
      const worker = workers[i]!;
      if (news.news === 'running') {
        worker.counts = news.counts;
        worker.positions = news.positions;
        worker.faults = news.faults ?? [];
        for (const name of LATENCIES) interval[name].reset();
        addAllRecorded(interval, news.interval);
        addLatencies(live, interval);
        worker.response.add(interval.response);
        worker.lag.add(interval.lag);
        return interval;
      }
      worker.devices = news.devices;
      worker.connected = news.connected;
      worker.connectFailed = news.news === 'connecting' ? news.failed : news.devices - news.connected;
      if (news.news === 'ready') mergeFailures(connectFailures, news.failures);
      return undefined;
    },
    second(slice, latencies) {
      const spectrum = () => ({ response: spectrumOf(live.response), service: spectrumOf(live.service) });
      lastSecond = { second: secondFigures(slice, latencies), ...(watched && { spectrum: spectrum() }) };
    },
    snapshot: (of) => ({
      ...counts(),
      ...of,
      devices: sum(workers, 'devices'),
      connected: sum(workers, 'connected'),
      connectFailed: sum(workers, 'connectFailed'),
      connectFailures,
      ...percentilesOfAll(live),
      ...faultsOf(workers),
      workers: workers.map(workerFigures),
      ...lastSecond,
      ...(watched && { positions: workers.flatMap(positionsOf) }),
    }),
  };
}

function newWorker() {
  return {
    connected: 0,
    connectFailed: 0,
    devices: 0,
    counts: noCounts(),
    response: newHistogram(),
    lag: newHistogram(),
    positions: undefined as Float32Array | undefined,
    faults: [] as readonly FaultRound[],
  };
}
type Worker = ReturnType<typeof newWorker>;

function faultsOf(workers: readonly Worker[]): Pick<Snapshot, 'faults'> {
  const faults = addRounds(workers.map((worker) => worker.faults));
  return faults.length > 0 ? { faults } : {};
}

function workerFigures({ devices, connected, connectFailed, counts, response, lag }: Worker): WorkerFigures {
  const p99 = { response: percentilesOf(response).p99, lag: percentilesOf(lag).p99 };
  return { ...counts, devices, connected, connectFailed, ...p99 };
}

function secondFigures({ from, to, sent, failed, unknown }: Slice, latencies: FleetHistograms): SecondFigures {
  return { from, to, sent, failed, unknown, ...percentilesOfAll(latencies) };
}

function spectrumOf(histogram: Histogram): number[] {
  return histogram.totalCount === 0 ? [] : SPECTRUM.map((at) => histogram.getValueAtPercentile(at) / 1000);
}

/** Of the devices that have sent; five decimals of a degree are about a metre. */
function positionsOf({ positions = new Float32Array() }: Worker): Position[] {
  const degrees = (at: number) => Math.round(positions[at]! * 1e5) / 1e5;
  const sampled = Array.from({ length: positions.length / 2 }, (_, i) => [degrees(2 * i), degrees(2 * i + 1)] as const);
  return sampled.filter(([longitude]) => !Number.isNaN(longitude));
}

function mergeFailures(into: ConnectFailures, from: ConnectFailures): void {
  for (const [code, { devices, first }] of Object.entries(from)) {
    const known = into[code];
    if (known) known.devices += devices;
    else into[code] = { devices, first };
  }
}

function sum<K extends string>(of: readonly Record<K, number>[], key: K): number {
  return of.reduce((total, { [key]: n }) => total + n, 0);
}
