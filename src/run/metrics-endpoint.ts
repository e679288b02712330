/**
 * A run as others watch it, over HTTP while it lasts: `/metrics` for Prometheus, and `/snapshots`, a line of JSON each time
 * that the figures change, which is what the dashboard shows.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Progress, Reporter, Step } from '../dashboard/reporter.ts';
import { codeOf, messageOf, SetupError, UsageError } from '../errors.ts';
import type { Percentiles } from '../histogram.ts';
import { version } from '../version.ts';

/** A line of `/snapshots`. */
export interface SnapshotLine extends Progress {
  step: Step;
}

export interface MetricsEndpoint {
  readonly url: string;
  /** A reporter that tells the endpoint, and then `reporter`. */
  watch(reporter: Reporter): Reporter;
  close(): Promise<void>;
}

const QUANTILES = { p50: '0.5', p90: '0.9', p99: '0.99', p999: '0.999', max: '1' } as const;
const LATENCIES = ['response', 'service', 'late', 'lag'] as const;
/** Whoever reads so slowly misses lines. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** @param at `[HOST]:PORT`; loopback where there is no host, any free port where it is 0 */
export async function openMetricsEndpoint(at: string): Promise<MetricsEndpoint> {
  const { host, port } = parseAddress(at);
  const metrics = newMetrics();
  const followers = new Set<ServerResponse>();
  let line: string | undefined;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://any');
    if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
    else if (pathname === '/metrics')
      void metrics.registry.metrics().then((text) => {
        response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text);
      });
    else if (pathname === '/snapshots') {
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      response.write(line ?? '\n');
      followers.add(response);
      response.on('close', () => followers.delete(response));
    } else response.writeHead(404, { 'content-type': 'text/plain' }).end('There are /metrics and /snapshots.\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new SetupError(`cannot listen on ${at} for --metrics: ${messageOf(error)}`, {
          cause: error,
          hint:
            codeOf(error) === 'EADDRINUSE'
              ? 'Choose another port; 0 takes any free one.'
              : 'Choose an address of this machine.',
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    watch(reporter) {
      let step: Step = 'prepare';
      return {
        ...reporter,
        step(next, text) {
          step = next;
          metrics.step(step);
          reporter.step(next, text);
        },
        fleet(progress) {
          metrics.set(progress);
          line = `${JSON.stringify({ step, ...progress } satisfies SnapshotLine)}\n`;
          for (const follower of followers) if (follower.writableLength < MOST_UNREAD_BYTES) follower.write(line);
          reporter.fleet(progress);
        },
      };
    },
    async close() {
      for (const follower of followers) follower.end();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function parseAddress(at: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*))(?::|^)([0-9]{1,5})$/.exec(/^[0-9]+$/.test(at) ? `:${at}` : at);
  const port = Number(match?.[3] ?? Number.NaN);
  if (!match || !(port <= 65_535))
    throw new UsageError(`--metrics is HOST:PORT, :PORT or PORT; got "${at}"`, { hint: 'Such as --metrics :9464.' });
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

function newMetrics() {
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
  // prom-client's counters only grow by differences.
  const counted = new Map<string, number>();
  const count = (counter: Counter, labels: Record<string, string>, total: number) => {
    const key = JSON.stringify([counter === updates, counter === failures, labels]);
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
      for (const verdict of ['acknowledged', 'failed', 'unknown'] as const)
        count(updates, { verdict }, progress[verdict]);
      for (const [code, n] of Object.entries(progress.failures)) count(failures, { code }, n);
      if (progress.seen !== undefined) count(seen, {}, progress.seen);
      planned.set(progress.planned);
      inFlight.set(progress.inFlight);
      devices.set({ state: 'connected' }, progress.connected);
      devices.set({ state: 'failed' }, progress.connectFailed);
      devices.set({ state: 'all' }, progress.devices);
      for (const kind of LATENCIES) {
        const of: Percentiles = progress[kind];
        for (const [name, quantile] of Object.entries(QUANTILES))
          latency.set({ kind, quantile }, of[name as keyof Percentiles] / 1000);
      }
    },
  };
}
