/**
 * The ordered ingest: a batch of one shard's records (partition key = device), sorted by device and sample time, ten to
 * a write. Runs on AWS and in the stand-in alike.
 */
import type { WireUpdate } from '../../../src/wire.ts';
import { IngestMetrics, type InvocationContext } from '../embedded-metrics.ts';
import { readMessage } from '../read-message.ts';
import { newLocationClient, trackerNameOf } from '../trackers.ts';
import { writePositions } from '../write-positions.ts';

/** The part of a Kinesis event that is read. */
export interface KinesisEvent {
  readonly Records: readonly { readonly kinesis: { readonly data: string; readonly sequenceNumber: string } }[];
}

/** Lambda comes again with the records from the first of these on. */
export interface BatchReply {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

interface Item {
  readonly update: WireUpdate;
  readonly sequenceNumber: string;
}

/** Quota "BatchUpdateDevicePosition: updates per request". */
const PER_WRITE = 10;

const client = newLocationClient();

export async function handler({ Records }: KinesisEvent, context: InvocationContext): Promise<BatchReply> {
  const failed: Item[] = [];
  const metrics = new IngestMetrics();
  for (const [tracker, items] of byTracker(Records, metrics)) {
    for (let i = 0; i < items.length; i += PER_WRITE) {
      const chunk = items.slice(i, i + PER_WRITE);
      try {
        await writePositions(
          client,
          tracker,
          chunk.map(({ update }) => update),
          metrics,
        );
      } catch {
        // Its lines are printed. The rest of this tracker waits with it: a device's later update must not pass an earlier one.
        failed.push(...items.slice(i));
        break;
      }
    }
  }
  metrics.print(context, Date.now());
  return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
}

/** In the order of devices and, within each, of sample times: what the rule engine has mixed up within a batch is put right. */
function byTracker(records: KinesisEvent['Records'], metrics: IngestMetrics): Map<string, Item[]> {
  const trackers = new Map<string, Item[]>();
  for (const { kinesis } of records) {
    const update = readMessage(parse(kinesis.data));
    if (!update) {
      metrics.count('Refused');
      continue;
    }
    const tracker = trackerNameOf(update.deviceId);
    const items = trackers.get(tracker) ?? [];
    items.push({ update, sequenceNumber: kinesis.sequenceNumber });
    trackers.set(tracker, items);
  }
  for (const items of trackers.values())
    items.sort(({ update: a }, { update: b }) =>
      a.deviceId === b.deviceId ? a.sampleTime - b.sampleTime : a.deviceId < b.deviceId ? -1 : 1,
    );
  return trackers;
}

/** What is no JSON is malformed, like what is the wrong JSON. */
function parse(data: string): unknown {
  try {
    return JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
