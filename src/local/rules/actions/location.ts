/** The rule action `location`: one position from each message, without a function. */
import type { Action } from '../engine.ts';
import { parseTemplate, type Template } from '../template.ts';

const PER_MS = { SECONDS: 1 / 1000, MILLISECONDS: 1, MICROSECONDS: 1000, NANOSECONDS: 1_000_000 };

/** Each text is a substitution template (API reference, LocationAction). */
export interface LocationActionOptions {
  readonly trackerName: string;
  readonly deviceId: string;
  readonly latitude: string;
  readonly longitude: string;
  /** Absent: when the message was processed. */
  readonly timestamp?: { readonly value: string; readonly unit?: keyof typeof PER_MS };
}

export interface LocationEntry {
  readonly trackerName: string;
  readonly deviceId: string;
  /** Epoch ms. */
  readonly sampleTime: number;
  readonly position: readonly [longitude: number, latitude: number];
}

/** @throws SqlParseError for a template that is none. */
export function locationAction(
  { trackerName, deviceId, latitude, longitude, timestamp }: LocationActionOptions,
  /** Writes it. @throws what the tracker refuses it with. */
  write: (entry: LocationEntry, payload: unknown) => void | Promise<void>,
): Action {
  const tracker = parseTemplate(trackerName);
  const device = parseTemplate(deviceId);
  const [lat, lon] = [parseTemplate(latitude), parseTemplate(longitude)];
  const time = timestamp && parseTemplate(timestamp.value);
  const perMs = PER_MS[timestamp?.unit ?? 'MILLISECONDS'];
  return {
    name: 'location',
    run: ({ scope }) =>
      write(
        {
          trackerName: tracker(scope),
          deviceId: device(scope),
          sampleTime: time ? Math.floor(numberOf('timestamp', time, scope) / perMs) : scope.now,
          position: [numberOf('longitude', lon, scope), numberOf('latitude', lat, scope)],
        },
        scope.payload,
      ),
  };
}

function numberOf(name: string, template: Template, scope: Parameters<Template>[0]): number {
  const text = template(scope);
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) throw new Error(`${name} is no number: ${text.slice(0, 50)}`);
  return number;
}
