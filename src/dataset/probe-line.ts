import { messageOf } from '../errors.ts';
import type { Motion, Probe } from '../model.ts';
import { motionMembers, motionOf } from '../wire.ts';
import { isThingName } from './thing-name.ts';

/**
 * One line in trip-simulator's own format, newline included: a GeoJSON Feature with its keys in that order. A motion's
 * `speed`, `heading` and `accuracy` follow the status.
 */
export function probeLine(
  deviceId: string,
  timeMs: number,
  status: string,
  lon: number,
  lat: number,
  motion?: Motion,
): string {
  return `{"type":"Feature","properties":{"id":${JSON.stringify(deviceId)},"time":${timeMs},"status":${JSON.stringify(status)}${motionMembers(motion)}},"geometry":{"type":"Point","coordinates":[${lon},${lat}]}}\n`;
}

const ID_AT = '{"type":"Feature","properties":{"id":"';
const TIME_AT = '","time":';
const STATUS_AT = ',"status":"';
const POINT_AT = '},"geometry":{"type":"Point","coordinates":[';
const END = ']}}';

/**
 * Reads a line that is exactly as `probeLine` and trip-simulator write it, about twice as fast as JSON.parse does.
 * @returns undefined for any other line, which may be well-formed all the same.
 */
export function parseProbeLine(line: string): Probe | undefined {
  // Escapes and odd numbers are the slow path's; so is anything that Number would read more leniently than JSON.
  if (!line.startsWith(ID_AT) || !line.endsWith(END) || line.includes('\\')) return undefined;
  const idEnd = line.indexOf('"', ID_AT.length);
  const timeStart = idEnd + TIME_AT.length;
  if (!line.startsWith(TIME_AT, idEnd)) return undefined;
  const timeEnd = line.indexOf(',', timeStart);
  if (timeEnd < 0 || !line.startsWith(STATUS_AT, timeEnd)) return undefined;
  const statusStart = timeEnd + STATUS_AT.length;
  const statusEnd = line.indexOf('"', statusStart);
  const pointAt = line.indexOf(POINT_AT, statusEnd + 1);
  if (statusEnd < 0 || pointAt < 0) return undefined;
  const motion = pointAt === statusEnd + 1 ? undefined : parseMotion(line.slice(statusEnd + 1, pointAt));
  if (motion === null) return undefined;
  const lonStart = pointAt + POINT_AT.length;
  const comma = line.indexOf(',', lonStart);
  const deviceId = line.slice(ID_AT.length, idEnd);
  const time = line.slice(timeStart, timeEnd);
  const lonText = line.slice(lonStart, comma);
  const latText = line.slice(comma + 1, line.length - END.length);
  if (comma < 0 || !INTEGER.test(time) || !NUMBER.test(lonText) || !NUMBER.test(latText)) return undefined;
  return {
    deviceId,
    sampleTime: Number(time),
    status: line.slice(statusStart, statusEnd),
    position: [Number(lonText), Number(latText)],
    ...(motion === undefined ? {} : { motion }),
  };
}

/** @returns null for anything but what `motionMembers` writes */
function parseMotion(members: string): Motion | null {
  const found = MOTION.exec(members);
  if (found === null) return null;
  const [, speed, heading, accuracy] = found;
  return {
    ...(speed === undefined ? {} : { speed: Number(speed) }),
    ...(heading === undefined ? {} : { heading: Number(heading) }),
    ...(accuracy === undefined ? {} : { accuracy: Number(accuracy) }),
  };
}

const MOTION =
  /^(?:,"speed":([0-9]+(?:\.[0-9]+)?))?(?:,"heading":([0-9]+(?:\.[0-9]+)?))?(?:,"accuracy":([0-9]+(?:\.[0-9]+)?))?$/;
const INTEGER = /^[0-9]{1,15}$/;
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?$/;

/**
 * Reads any GeoJSON Feature with `properties.id`, `properties.time` (epoch ms) and a Point; `properties.speed` (m/s),
 * `heading` (degrees) and `accuracy` (m) where they are numbers.
 * @returns the probe, or what is wrong with the line.
 */
export function parseProbe(line: string): Probe | string {
  const fast = parseProbeLine(line);
  if (fast) return checkProbe(fast);
  let feature: { properties?: Record<string, unknown>; geometry?: { coordinates?: unknown } } | null;
  try {
    feature = JSON.parse(line);
  } catch (error) {
    return `this is no JSON (${(error as Error).message})`;
  }
  const { id, time, status } = feature?.properties ?? {};
  const coordinates = feature?.geometry?.coordinates;
  if (typeof id !== 'string') return 'properties.id must be a text';
  if (typeof time !== 'number') return 'properties.time must be a number, epoch milliseconds';
  if (!Array.isArray(coordinates)) return 'geometry.coordinates must be [longitude, latitude]';
  const [lon, lat] = coordinates as unknown[];
  if (typeof lon !== 'number' || typeof lat !== 'number') return 'geometry.coordinates must be two numbers';
  let motion: Motion | undefined;
  try {
    motion = motionOf(feature?.properties ?? {}, 'properties.');
  } catch (error) {
    return messageOf(error);
  }
  return checkProbe({
    deviceId: id,
    sampleTime: Math.round(time),
    position: [lon, lat],
    ...(typeof status === 'string' ? { status } : {}),
    ...(motion === undefined ? {} : { motion }),
  });
}

/** Microseconds since 1970 are beyond it. */
const LATEST_MS = 1e14;

/** @returns the probe, or what no backend would take of it. */
export function checkProbe(probe: Probe): Probe | string {
  const { deviceId, sampleTime, position } = probe;
  const [lon, lat] = position;
  if (!isThingName(deviceId))
    return `the device id ${JSON.stringify(deviceId)} is no thing name: 1 to 128 of a-z A-Z 0-9 : _ -`;
  if (!(sampleTime >= 0 && sampleTime < LATEST_MS))
    return `the time ${sampleTime} is no epoch milliseconds between 1970 and 5138${sampleTime >= LATEST_MS ? '; are they micro- or nanoseconds?' : ''}`;
  if (!(lat >= -90 && lat <= 90)) {
    const swapped = lon >= -90 && lon <= 90 && lat >= -180 && lat <= 180;
    return `the latitude ${lat} is not between -90 and 90${swapped ? '; longitude and latitude look swapped' : ''}`;
  }
  if (!(lon >= -180 && lon <= 180)) return `the longitude ${lon} is not between -180 and 180`;
  return probe;
}
