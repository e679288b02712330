/** What trackers tell EventBridge, as a file: `events.ndjson`, an event a line, made when there is a first one. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type LineLog, openLineLog } from '../line-log.ts';
import { positionEntry } from './trackers/position-entry.ts';
import { formatTimestamp } from './trackers/timestamps.ts';
import type { PositionEvent } from './trackers/trackers.ts';

export interface EventLog {
  /** Of a tracker that tells EventBridge; of others nothing is written. */
  write(event: PositionEvent): void;
  close(): Promise<void>;
}

const FLUSH_MS = 250;

export function eventLog(dir: string, { region, accountId }: { region: string; accountId: string }): EventLog {
  let lines: LineLog | undefined;
  let flushing: NodeJS.Timeout | undefined;
  return {
    write(event) {
      if (!event.tracker.eventBridgeEnabled) return;
      lines ??= openLineLog(join(dir, 'events.ndjson'), { append: true });
      flushing ??= setInterval(() => void lines?.flush().catch(() => {}), FLUSH_MS);
      lines.write(JSON.stringify(eventBridgeEvent(event, region, accountId)));
    },
    async close() {
      clearInterval(flushing);
      await lines?.close();
    },
  };
}

/** The form of amazon-location-service-pettracker-demo's handler, which receives them. */
function eventBridgeEvent(event: PositionEvent, region: string, accountId: string) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Location Device Position Event',
    source: 'aws.geo',
    account: accountId,
    time: formatTimestamp(event.receivedTime),
    region,
    resources: [event.tracker.arn],
    detail: { EventType: 'UPDATE', ...positionEntry(event) },
  };
}
