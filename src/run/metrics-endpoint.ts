/**
 * A run as others watch it, over HTTP while it lasts: `/metrics` for Prometheus, and `/snapshots`, a line of JSON (dashboard/run-state.ts)
 * each time that something changes, which is what the dashboard shows.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Reporter } from '../dashboard/reporter.ts';
import { keepState } from '../dashboard/run-state.ts';
import { codeOf, messageOf, SetupError } from '../errors.ts';
import { parseMetricsAddress } from './metrics-address.ts';
import { newMetrics } from './prometheus.ts';

export interface MetricsEndpoint {
  readonly url: string;
  /** A reporter that tells the endpoint, and then `reporter`. */
  watch(reporter: Reporter): Reporter;
  close(): Promise<void>;
}

/** What changes more often, such as a count of certificates, is not told more often. */
const TELL_EVERY_MS = 250;
/** Whoever reads so slowly misses lines. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** @param at `[HOST]:PORT`; loopback where there is no host, any free port where it is 0 */
export async function openMetricsEndpoint(at: string, now = () => performance.now()): Promise<MetricsEndpoint> {
  const { host, port } = parseMetricsAddress(at);
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
      let toldAt = Number.NEGATIVE_INFINITY;
      const keeper = keepState((state, changed) => {
        if (changed === 'step') metrics.step(state.step);
        if (changed === 'fleet' && state.fleet) metrics.set(state.fleet);
        if (changed === 'progress' && now() - toldAt < TELL_EVERY_MS) return;
        toldAt = now();
        line = `${JSON.stringify(state)}\n`;
        for (const follower of followers) if (follower.writableLength < MOST_UNREAD_BYTES) follower.write(line);
      });
      return both(keeper, reporter);
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

/** Tells `first`, then `second`; somebody watches, whoever `second` is. */
function both(first: Reporter, second: Reporter): Reporter {
  return {
    watches: true,
    step(step, text) {
      first.step(step, text);
      second.step(step, text);
    },
    progress(done, total) {
      first.progress(done, total);
      second.progress(done, total);
    },
    fleet(progress) {
      first.fleet(progress);
      second.fleet(progress);
    },
    note(text) {
      first.note(text);
      second.note(text);
    },
    stopping() {
      first.stopping();
      second.stopping();
    },
    close: () => second.close(),
  };
}
