/**
 * A backend for the page alone, as fast as can be: devices on circles, all of them with a new position each
 * `everyMs`. Measures the page, not a stand-in. It serves dist/web, the query API, and the stream of changes.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trackerOf } from '../src/tracker-of.ts';

export interface MapServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface MapServerOptions {
  readonly devices: number;
  /** Between two positions of a device, ms. */
  readonly everyMs: number;
  /** Whether the page gets changes pushed; otherwise it polls. */
  readonly push: boolean;
}

const TRACKERS = 10;
const PAGE = 100;
const BATCHES_A_SECOND = 4;
const MIDDLE = [11.97, 57.7] as const;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
// The hash is that of nothing: emotion fills an empty <style> through the CSSOM.
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; " +
  "connect-src 'self'; img-src 'self' data: blob:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const built = fileURLToPath(new URL('../dist/web/', import.meta.url));

export async function serveMap({ devices, everyMs, push }: MapServerOptions): Promise<MapServer> {
  const ids = Array.from({ length: devices }, (_, i) => `DEV-${String(i).padStart(4, '0')}`);
  const byTracker = Array.from({ length: TRACKERS }, (): number[] => []);
  for (const [i, id] of ids.entries()) byTracker[trackerOf(id, TRACKERS)]!.push(i);
  const began = Date.now();
  const listeners = new Set<ServerResponse>();

  /** Where device `i` was at its newest fix before `now`. */
  function entryOf(i: number, now: number) {
    const phase = (i * 2654435761) % everyMs;
    const at = Math.floor((now - phase) / everyMs) * everyMs + phase;
    const angle = i + ((at - began) / 1000) * (0.004 + (i % 7) * 0.001);
    const radius = 0.002 + 0.1 * Math.sqrt(((i * 7919) % devices) / devices);
    return {
      DeviceId: ids[i]!,
      SampleTime: new Date(at).toISOString(),
      Position: [MIDDLE[0] + Math.sin(angle) * radius * 1.8, MIDDLE[1] + Math.cos(angle) * radius],
      PositionProperties: {
        speed: i % 9 === 0 ? '0' : '9.4',
        heading: String(Math.round((angle * 180) / Math.PI + 90) % 360),
      },
    };
  }

  function answer(url: URL): object | undefined {
    const { type, trackername = '', deviceid = '', nexttoken = '0' } = Object.fromEntries(url.searchParams);
    if (url.pathname.endsWith('/get-device-without-tracker'))
      return { TrackerName: `t${trackerOf(deviceid, TRACKERS)}` };
    const now = Date.now();
    if (type === 'list') {
      const members = byTracker[Number(trackername.slice(1))]!;
      const from = Number(nexttoken);
      const Entries = members.slice(from, from + PAGE).map((i) => entryOf(i, now));
      return from + PAGE < members.length ? { Entries, NextToken: String(from + PAGE) } : { Entries };
    }
    const i = ids.indexOf(deviceid);
    if (i < 0) return undefined;
    if (type === 'device') return entryOf(i, now);
    const DevicePositions = Array.from({ length: 60 }, (_, n) => entryOf(i, now - (60 - n) * Math.max(everyMs, 5_000)));
    return { DevicePositions };
  }

  const server: Server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://map');
    if (url.pathname === '/config.json') {
      const config = {
        api: '/default',
        trackerPrefix: 't',
        trackerCount: TRACKERS,
        push: push ? '/events' : null,
        map: null,
        pollSeconds: 1,
        readsPerSecond: 200,
      };
      return json(response, 200, config);
    }
    if (url.pathname === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(': hello\n\n');
      listeners.add(response);
      return request.on('close', () => listeners.delete(response));
    }
    if (url.pathname.startsWith('/default/')) {
      const body = answer(url);
      return json(response, body ? 200 : 404, body ?? { message: 'records not found for given deviceId' });
    }
    const path = normalize(url.pathname === '/' ? '/index.html' : url.pathname);
    readFile(join(built, path)).then(
      (body) =>
        response
          .writeHead(200, {
            'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
            'content-security-policy': CSP,
          })
          .end(body),
      () => json(response, 404, { message: 'Not Found' }),
    );
  });

  let told = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const positions = [];
    for (const [i] of ids.entries()) {
      const phase = (i * 2654435761) % everyMs;
      if (Math.floor((now - phase) / everyMs) === Math.floor((told - phase) / everyMs)) continue;
      positions.push({ TrackerName: `t${trackerOf(ids[i]!, TRACKERS)}`, ...entryOf(i, now) });
    }
    told = now;
    const event = `event: positions\ndata: ${JSON.stringify(positions)}\n\n`;
    for (const listener of listeners) listener.write(event);
  }, 1000 / BATCHES_A_SECOND);

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      clearInterval(timer);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
