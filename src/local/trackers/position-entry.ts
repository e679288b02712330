import { formatTimestamp } from './timestamps.ts';
import type { PositionEvent } from './trackers.ts';

/** A position that was stored, in the words in which Amazon Location tells of one. */
export function positionEntry({ tracker, update, receivedTime }: PositionEvent) {
  return {
    TrackerName: tracker.name,
    DeviceId: update.deviceId,
    SampleTime: formatTimestamp(update.sampleTime),
    ReceivedTime: formatTimestamp(receivedTime),
    Position: update.position,
    ...(update.accuracy === undefined ? {} : { Accuracy: { Horizontal: update.accuracy } }),
    ...(update.properties ? { PositionProperties: update.properties } : {}),
  };
}
