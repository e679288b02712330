import type { Fix } from './model.ts';

/** An entry of BatchUpdateDevicePosition, as the AWS SDK takes it. */
export interface TrackerEntry {
  DeviceId: string;
  SampleTime: Date;
  Position: number[];
  Accuracy?: { Horizontal: number };
  PositionProperties?: Record<string, string>;
}

/** Amazon Location API, PositionalAccuracy: Horizontal is at most this, metres. */
const WORST_ACCURACY = 10_000_000;

/** The accuracy has a place of its own; speed (m/s) and heading (degrees) go with the position as its properties, which are texts. */
export function trackerEntry({ deviceId, sampleTime, position, motion }: Fix & { deviceId: string }): TrackerEntry {
  const entry: TrackerEntry = { DeviceId: deviceId, SampleTime: new Date(sampleTime), Position: [...position] };
  if (motion === undefined) return entry;
  const { speed, heading, accuracy } = motion;
  if (accuracy !== undefined) entry.Accuracy = { Horizontal: Math.min(accuracy, WORST_ACCURACY) };
  if (speed !== undefined) entry.PositionProperties = { speed: String(speed) };
  if (heading !== undefined) entry.PositionProperties = { ...entry.PositionProperties, heading: String(heading) };
  return entry;
}
