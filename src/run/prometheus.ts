import { Counter, Gauge, Registry } from 'prom-client';
import type { Progress, Step } from '../dashboard/reporter.ts';
import type { Percentiles } from '../histogram.ts';
import { version } from '../version.ts';

const QUANTILES = { p50: '0.5', p90: '0.9', p95: '0.95', p99: '0.99', p999: '0.999', max: '1' } as const;
const LATENCIES = ['response', 'service', 'late', 'lag'] as const;
const VERDICTS = ['acknowledged', 'failed', 'unknown'] as const;

/** A run's figures for Prometheus: totals since its start, whole and by worker. */
export interface Metrics {
  readonly registry: Registry;
  step(now: Step): void;
  set(progress: Progress): void;
}

export function newMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({ name: 'simctl_info', help: 'The version of simctl', labelNames: ['version'], registers }).set(
    { version: version() },
    1,
  );
  const step = new Gauge({ name: 'simctl_step', help: 'The step that the run is in', labelNames: ['step'], registers });
  const updates = new Counter({
    name: 'simctl_updates_total',
    help: "Updates sent, by the sender's verdict",
    labelNames: ['verdict'],
    registers,
  });
  const failures = new Counter({
    name: 'simctl_failures_total',
    help: 'Failed sends, by code',
    labelNames: ['code'],
    registers,
  });
  const seen = new Counter({ name: 'simctl_seen_total', help: 'Updates that the viewer has seen', registers });
  const planned = new Gauge({ name: 'simctl_updates_planned', help: 'Updates of the whole run', registers });
  const inFlight = new Gauge({ name: 'simctl_updates_in_flight', help: 'Updates without an answer yet', registers });
  const devices = new Gauge({ name: 'simctl_devices', help: 'Devices, by state', labelNames: ['state'], registers });
  const latency = new Gauge({
    name: 'simctl_latency_seconds',
    help: 'Quantiles since the start: response (due to answer), service (sent to answer), late (due to sent), lag (ready to sent)',
    labelNames: ['kind', 'quantile'],
    registers,
  });
  const connections = new Counter({
    name: 'simctl_connections_total',
    help: 'Connections that were lost, and made again; updates sent again, marked as duplicates',
    labelNames: ['event'],
    registers,
  });
  const workerUpdates = new Counter({
    name: 'simctl_worker_updates_total',
    help: "Updates that a worker sent, by the sender's verdict",
    labelNames: ['worker', 'verdict'],
    registers,
  });
  const workerInFlight = new Gauge({
    name: 'simctl_worker_updates_in_flight',
    help: 'Updates of a worker without an answer yet',
    labelNames: ['worker'],
    registers,
  });
  const workerLatency = new Gauge({
    name: 'simctl_worker_latency_seconds',
    help: '99th percentile since the start, by worker: response and lag',
    labelNames: ['worker', 'kind', 'quantile'],
    registers,
  });
  const unconnected = new Gauge({
    name: 'simctl_connect_failures',
    help: 'Devices that could not connect, by code',
    labelNames: ['code'],
    registers,
  });
  const paused = new Gauge({ name: 'simctl_paused', help: '1 while somebody holds the run', registers });
  const pausedFor = new Gauge({ name: 'simctl_paused_seconds', help: 'All pauses so far', registers });
  const phase = new Gauge({
    name: 'simctl_phase',
    help: 'The phase that the run is in, where it has several; its value counts from 0',
    labelNames: ['phase'],
    registers,
  });
  // prom-client's counters only grow by differences.
  const counted = new Map<string, number>();
  const names = new Map(
    [updates, failures, seen, connections, workerUpdates].map((counter, i) => [counter as Counter, i]),
  );
  const count = (counter: Counter, labels: Record<string, string>, total: number) => {
    const key = `${names.get(counter)} ${JSON.stringify(labels)}`;
    counter.inc(labels, Math.max(0, total - (counted.get(key) ?? 0)));
    counted.set(key, total);
  };
  return {
    registry,
    step(now: Step) {
      step.reset();
      step.set({ step: now }, 1);
    },
    set(progress: Progress) {
      for (const verdict of VERDICTS) count(updates, { verdict }, progress[verdict]);
      for (const [code, n] of Object.entries(progress.failures)) count(failures, { code }, n);
      if (progress.seen !== undefined) count(seen, {}, progress.seen);
      count(connections, { event: 'lost' }, progress.disconnects);
      count(connections, { event: 'reconnected' }, progress.reconnects);
      count(connections, { event: 'redelivered' }, progress.redeliveries);
      planned.set(progress.planned);
      inFlight.set(progress.inFlight);
      devices.set({ state: 'connected' }, progress.connected);
      devices.set({ state: 'failed' }, progress.connectFailed);
      devices.set({ state: 'all' }, progress.devices);
      paused.set(progress.stage === 'paused' ? 1 : 0);
      pausedFor.set(progress.pausedMs / 1000);
      phase.reset();
      if (progress.phase) phase.set({ phase: progress.phase.name }, progress.phase.index);
      for (const [code, failed] of Object.entries(progress.connectFailures)) unconnected.set({ code }, failed.devices);
      for (const [i, of] of progress.workers.entries()) {
        const worker = String(i);
        for (const verdict of VERDICTS) count(workerUpdates, { worker, verdict }, of[verdict]);
        workerInFlight.set({ worker }, of.inFlight);
        for (const kind of ['response', 'lag'] as const)
          workerLatency.set({ worker, kind, quantile: '0.99' }, of[kind] / 1000);
      }
      for (const kind of LATENCIES) {
        const of: Percentiles = progress[kind];
        for (const [name, quantile] of Object.entries(QUANTILES))
          latency.set({ kind, quantile }, of[name as keyof Percentiles] / 1000);
      }
    },
  };
}
