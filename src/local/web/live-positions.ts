/**
 * What trackers store, pushed to whoever looks on: `GET /events`, server-sent events of a quarter of a second each.
 *
 *     event: positions
 *     data: [{"TrackerName":…,"DeviceId":…,"SampleTime":…,"ReceivedTime":…,"Position":[lon,lat]}, …]
 *
 * Entries are as ListDevicePositions has them, with the tracker's name. AWS has no such door; there, EventBridge events
 * behind an API of one's own do the same.
 */
import type { ServerResponse } from 'node:http';
import type { Api } from '../http.ts';
import { positionEntry } from '../trackers/position-entry.ts';
import type { PositionEvent } from '../trackers/trackers.ts';

const FLUSH_MS = 250;
/** Proxies and browsers take a connection that says nothing for dead. */
const HEARTBEAT_MS = 15_000;
/** Whoever reads so slowly is cut off, and comes again. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;
/** Of one stand-in; a page has one. */
const MOST_VIEWERS = 100;

export interface LivePositions {
  readonly api: Api;
  /** Of a position that was stored. */
  add(event: PositionEvent): void;
  close(): void;
}

export function livePositions(flushMs: number = FLUSH_MS): LivePositions {
  const viewers = new Set<ServerResponse>();
  let entries: string[] = [];
  const flushing = setInterval(() => {
    if (entries.length === 0) return;
    send(`event: positions\ndata: [${entries.join(',')}]\n\n`);
    entries = [];
  }, flushMs);
  const beating = setInterval(() => send(':\n\n'), HEARTBEAT_MS);
  for (const timer of [flushing, beating]) timer.unref();

  function send(text: string): void {
    for (const viewer of viewers) {
      if (viewer.writableLength > MOST_UNREAD_BYTES) viewer.destroy();
      else viewer.write(text);
    }
  }

  return {
    api({ method, path }) {
      if (path.length !== 1 || path[0] !== 'events') return undefined;
      if (method !== 'GET') return { status: 405, headers: { allow: 'GET' }, body: { message: 'Only GET' } };
      if (viewers.size >= MOST_VIEWERS)
        return {
          status: 503,
          headers: { 'retry-after': '5' },
          body: { message: `${MOST_VIEWERS} viewers are connected` },
        };
      return {
        status: 200,
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
        stream(response) {
          viewers.add(response);
          response.on('close', () => viewers.delete(response));
          response.write('retry: 1000\n\n');
        },
      };
    },
    add(event) {
      if (viewers.size > 0) entries.push(JSON.stringify(positionEntry(event)));
    },
    close() {
      clearInterval(flushing);
      clearInterval(beating);
      for (const viewer of viewers) viewer.end();
    },
  };
}
