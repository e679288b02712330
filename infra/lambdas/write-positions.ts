/** One write to a tracker, with its record: a line for each entry, as the tracker answered it. */
import { BatchUpdateDevicePositionCommand, type LocationClient } from '@aws-sdk/client-location';
import type { IngestLine } from '../../src/logs.ts';
import { trackerEntry } from '../../src/tracker-entry.ts';
import type { WireUpdate } from '../../src/wire.ts';
import type { IngestMetrics } from './embedded-metrics.ts';
import { printLine } from './print-line.ts';

/** The stack's context `answersLog=false` sets it to `off`: then nobody pays for a line an update. */
const { ANSWERS_LOG } = process.env;

/** Prints a line of the ingest log (src/logs.ts) to the function's log stream. */
export function report(line: Omit<IngestLine, 'ingest' | 'at'>): void {
  if (ANSWERS_LOG === 'off') return;
  printLine({ ingest: 1, at: Date.now(), ...line } satisfies IngestLine);
}

const lineOf = (tracker: string, { deviceId, sampleTime, seq }: WireUpdate) => ({
  id: deviceId,
  tracker,
  sampleTime,
  ...(seq === undefined ? {} : { seq }),
});

/**
 * Writes up to ten updates, all of one tracker's devices. The tracker answers each entry by itself, and a call that
 * succeeds may hold refusals: `Errors` is where they are.
 * @throws what the call throws, once every entry's line is printed.
 */
export async function writePositions(
  client: LocationClient,
  tracker: string,
  updates: readonly WireUpdate[],
  metrics: IngestMetrics,
): Promise<void> {
  const command = new BatchUpdateDevicePositionCommand({
    TrackerName: tracker,
    Updates: updates.map(trackerEntry),
  });
  metrics.wrote(updates.length);
  try {
    const { Errors = [] } = await client.send(command);
    const unclaimed = [...Errors];
    for (const update of updates) {
      const line = lineOf(tracker, update);
      // Entries may repeat a device and a sample time; each error belongs to one of them.
      const found = unclaimed.findIndex(
        ({ DeviceId, SampleTime }) => DeviceId === update.deviceId && SampleTime?.getTime() === update.sampleTime,
      );
      const error = found < 0 ? undefined : unclaimed.splice(found, 1)[0]?.Error;
      const refusal =
        found < 0 ? {} : { code: error?.Code ?? 'Unknown', ...(error?.Message ? { message: error.Message } : {}) };
      report({ ...line, ...refusal });
      metrics.answered(refusal);
    }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    for (const update of updates) {
      report({ ...lineOf(tracker, update), code: name, message });
      metrics.count('Failed');
    }
    throw error;
  }
}
