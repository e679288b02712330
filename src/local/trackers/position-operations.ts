/** Operations on device positions. Inputs have been validated against the model. */
import type { Position } from '../../model.ts';
import { invalid, LocationError } from './errors.ts';
import { PAGE, readToken, tokenOf } from './paging.ts';
import { checkPolygon, inPolygon, type Polygon } from './polygon.ts';
import type { StoredPosition } from './positions.ts';
import { formatTimestamp, parseTimestamp } from './timestamps.ts';
import type { Update } from './tracker.ts';
import type { Trackers } from './trackers.ts';

interface Named {
  TrackerName: string;
}
interface OfDevice extends Named {
  DeviceId: string;
}
interface UpdateEntry {
  DeviceId: string;
  SampleTime: string | number;
  Position: Position;
  Accuracy?: { Horizontal: number } | null;
  PositionProperties?: Record<string, string> | null;
}

const DAY_MS = 86_400_000;

const updateOf = ({ DeviceId, SampleTime, Position, Accuracy, PositionProperties }: UpdateEntry): Update => ({
  deviceId: DeviceId,
  sampleTime: parseTimestamp(SampleTime)!,
  position: Position,
  ...(Accuracy ? { accuracy: Accuracy.Horizontal } : {}),
  ...(PositionProperties ? { properties: PositionProperties } : {}),
});

const entryOf = (
  DeviceId: string,
  { sampleTime, position, accuracy, properties }: Omit<StoredPosition, 'receivedTime'>,
) => ({
  DeviceId,
  SampleTime: formatTimestamp(sampleTime),
  Position: position,
  ...(accuracy === undefined ? {} : { Accuracy: { Horizontal: accuracy } }),
  ...(properties ? { PositionProperties: properties } : {}),
});

/** Lists of devices do not tell when a position was received; everything else does. */
const positionOf = (deviceId: string, stored: StoredPosition) => ({
  ...entryOf(deviceId, stored),
  ReceivedTime: formatTimestamp(stored.receivedTime),
});

export function positionOperations(trackers: Trackers) {
  const { now } = trackers;
  return {
    /** Entries are applied in list order; those refused are listed, and the call itself succeeds. */
    BatchUpdateDevicePosition({ TrackerName, Updates }: Named & { Updates: UpdateEntry[] }) {
      const tracker = trackers.tracker(TrackerName);
      const receivedTime = now();
      const Errors = [];
      for (const entry of Updates) {
        const update = updateOf(entry);
        const outcome = tracker.positions.write(update, tracker.filtering, receivedTime);
        if (typeof outcome === 'object')
          Errors.push({
            DeviceId: update.deviceId,
            SampleTime: formatTimestamp(update.sampleTime),
            Error: { Code: 'ValidationError', Message: outcome.refused },
          });
        else if (outcome === 'stored') trackers.onPosition({ tracker, update, receivedTime });
      }
      return { Errors };
    },

    /** Unknown devices are left out without an error, as probed on the live service (the model documents an entry). */
    BatchGetDevicePosition({ TrackerName, DeviceIds }: Named & { DeviceIds: string[] }) {
      const { positions } = trackers.tracker(TrackerName);
      const at = now();
      const DevicePositions = DeviceIds.flatMap((id) => {
        const latest = positions.latest(id, at);
        return latest ? [positionOf(id, latest)] : [];
      });
      return { DevicePositions, Errors: [] };
    },

    GetDevicePosition({ TrackerName, DeviceId }: OfDevice) {
      const latest = trackers.tracker(TrackerName).positions.latest(DeviceId, now());
      if (!latest) throw new LocationError('ResourceNotFoundException', 'records not found for given deviceId');
      return positionOf(DeviceId, latest);
    },

    GetDevicePositionHistory({
      TrackerName,
      DeviceId,
      StartTimeInclusive,
      EndTimeExclusive,
      NextToken,
      MaxResults = PAGE,
    }: OfDevice & {
      StartTimeInclusive?: string;
      EndTimeExclusive?: string;
      NextToken?: string;
      MaxResults?: number;
    }) {
      const { positions } = trackers.tracker(TrackerName);
      const at = now();
      const [from, to] =
        NextToken === undefined
          ? [parseTimestamp(StartTimeInclusive) ?? at - DAY_MS, parseTimestamp(EndTimeExclusive) ?? at]
          : (readToken(`history_${DeviceId}`, NextToken, 2) as [number, number]);
      if (from >= to) throw invalid('StartTimeInclusive must be before EndTimeExclusive');
      const page = positions.history(DeviceId, from, to, MaxResults + 1, at);
      const next = page[MaxResults];
      return {
        DevicePositions: page.slice(0, MaxResults).map((stored) => positionOf(DeviceId, stored)),
        ...(next ? { NextToken: tokenOf(`history_${DeviceId}`, next.sampleTime, to) } : {}),
      };
    },

    ListDevicePositions({
      TrackerName,
      NextToken,
      MaxResults = PAGE,
      FilterGeometry,
    }: Named & { NextToken?: string; MaxResults?: number; FilterGeometry?: { Polygon?: Polygon } }) {
      const polygon = FilterGeometry?.Polygon ?? undefined;
      if (polygon) checkPolygon(polygon);
      // The model gives this operation no ResourceNotFoundException.
      const tracker = trackers.find(TrackerName);
      if (!tracker) throw invalid(`Tracker not found: ${TrackerName}.`);
      const [from = 0] = NextToken === undefined ? [] : readToken('devices', NextToken, 1);
      const wanted = polygon && ((stored: StoredPosition) => inPolygon(polygon, stored.position));
      const { entries, next } = tracker.positions.list(from, MaxResults, now(), wanted);
      return {
        Entries: entries.map(([id, stored]) => entryOf(id, stored)),
        ...(next === undefined ? {} : { NextToken: tokenOf('devices', next) }),
      };
    },

    BatchDeleteDevicePositionHistory({ TrackerName, DeviceIds }: Named & { DeviceIds: string[] }) {
      const { positions } = trackers.tracker(TrackerName);
      for (const id of DeviceIds) positions.forget(id);
      return { Errors: [] };
    },
  };
}
