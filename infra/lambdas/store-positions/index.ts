/** The 2022 project's ingest: one message, one update, one write. Runs on AWS and in the stand-in alike. */
import { IngestMetrics, type InvocationContext } from '../embedded-metrics.ts';
import { readMessage } from '../read-message.ts';
import { newLocationClient, trackerNameOf } from '../trackers.ts';
import { writePositions } from '../write-positions.ts';

const client = newLocationClient();

/** @throws what the write throws, so that Lambda tries again. */
export async function handler(event: unknown, context: InvocationContext): Promise<void> {
  const metrics = new IngestMetrics();
  try {
    const update = readMessage(event);
    if (update) await writePositions(client, trackerNameOf(update.deviceId), [update], metrics);
    else metrics.count('Refused');
  } finally {
    metrics.print(context, Date.now());
  }
}
