/**
 * PositionUpdate ⇄ the bytes on the topic. Shared by the transports, the Lambda handlers and the stand-in.
 *
 * The shape is the 2022 project's, `{"payload":{"deviceid","timestamp","location":{"lat","long"}}}` with the
 * timestamp in seconds, plus `seq` and, where the device knows them, `speed`, `heading` and `accuracy`. That project put the longitude into `lat` and the latitude into `long`;
 * here they are the right way round unless `legacySwap` asks for its exact bytes.
 */
import type { Motion, PositionUpdate } from './model.ts';
import { literalOf, type TextBytes } from './text-bytes.ts';

/** The 2022 project's topic; each device publishes below it, on `simUploadLocation/<device id>`. */
export const TOPIC_ROOT = 'simUploadLocation';

/** The topic rule that stores what devices publish, in the stand-in and in every stack. */
export const INGEST_RULE = 'store_positions';

/** Basic Ingest: a message straight to a rule, which sees the topic behind this; nobody is charged for messaging. */
export function basicIngestRoot(root: string = TOPIC_ROOT): string {
  return `$aws/rules/${INGEST_RULE}/${root}`;
}

export function topicOf(deviceId: string, root: string = TOPIC_ROOT): string {
  return `${root}/${deviceId}`;
}

export interface WireOptions {
  /** The 2022 bytes: coordinates swapped, six decimals everywhere, and nothing that those did not have. */
  readonly legacySwap?: boolean;
}

const DEVICE_ID = literalOf('{"payload":{"deviceid":');
const TIMESTAMP = literalOf(',"timestamp":');
const LATITUDE = literalOf(',"location":{"lat":');
const LONGITUDE = literalOf(',"long":');
const SEQ = literalOf('},"seq":');
const CLOSING_BRACE = 0x7d;

/** The payload of one update, as JSON text behind what is there. */
export function writePayload(out: TextBytes, update: PositionUpdate, { legacySwap = false }: WireOptions = {}): void {
  const { deviceId, seq, sampleTime, position, motion } = update;
  const [longitude, latitude] = position;
  out.literal(DEVICE_ID).string(deviceId).literal(TIMESTAMP);
  if (legacySwap) {
    out.text((sampleTime / 1000).toFixed(6));
    out.literal(LATITUDE).text(longitude.toFixed(6)).literal(LONGITUDE).text(latitude.toFixed(6)).text('}}}');
    return;
  }
  out
    .fixed3(sampleTime / 1000)
    .literal(LATITUDE)
    .number(latitude)
    .literal(LONGITUDE)
    .number(longitude);
  out.literal(SEQ).number(seq);
  if (motion !== undefined) out.text(motionMembers(motion));
  out.byte(CLOSING_BRACE).byte(CLOSING_BRACE);
}

const MOTION_MEMBERS = ['speed', 'heading', 'accuracy'] as const;

/** The members that a motion adds to an object of JSON text, in one order wherever they are written. */
export function motionMembers(motion: Motion | undefined): string {
  if (motion === undefined) return '';
  const { speed, heading, accuracy } = motion;
  return `${speed === undefined ? '' : `,"speed":${speed}`}${heading === undefined ? '' : `,"heading":${heading}`}${accuracy === undefined ? '' : `,"accuracy":${accuracy}`}`;
}

/** A payload as it came in; `seq` is absent where the sender speaks the 2022 form. */
export interface WireUpdate {
  readonly deviceId: string;
  readonly sampleTime: number;
  readonly position: readonly [longitude: number, latitude: number];
  readonly seq: number | undefined;
  readonly motion?: Motion;
}

/**
 * Reads the parsed JSON of a payload.
 * @throws Error that names the offending member, for the handler to log and refuse.
 */
export function decode(message: unknown): WireUpdate {
  const payload = member(message, 'payload', 'object') as Record<string, unknown>;
  const location = member(payload, 'location', 'object', 'payload.');
  const { seq } = payload;
  const motion = motionOf(payload, 'payload.');
  if (seq !== undefined && !Number.isSafeInteger(seq)) throw new Error('payload.seq must be a whole number');
  return {
    deviceId: member(payload, 'deviceid', 'string', 'payload.') as string,
    sampleTime: Math.round((member(payload, 'timestamp', 'number', 'payload.') as number) * 1000),
    position: [
      member(location, 'long', 'number', 'payload.location.') as number,
      member(location, 'lat', 'number', 'payload.location.') as number,
    ],
    seq: seq as number | undefined,
    ...(motion === undefined ? {} : { motion }),
  };
}

/**
 * The motion among an object's members, undefined where there is none.
 * @throws Error that names the member that is no such thing
 */
export function motionOf(members: Record<string, unknown>, path = ''): Motion | undefined {
  let motion: Partial<Record<(typeof MOTION_MEMBERS)[number], number>> | undefined;
  for (const name of MOTION_MEMBERS) {
    const value = members[name];
    // Phones say "unknown" by null, or by -1 (Core Location).
    if (value === undefined || value === null || (typeof value === 'number' && value < 0)) continue;
    if (!Number.isFinite(value)) throw new Error(`${path}${name} must be a number`);
    motion ??= {};
    motion[name] = value as number;
  }
  return motion;
}

function member(of: unknown, name: string, type: 'object' | 'string' | 'number', path = ''): unknown {
  const value = typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
  const fits = type === 'number' ? Number.isFinite(value) : typeof value === type && value !== null;
  if (!fits) throw new Error(`${path}${name} must be ${type === 'object' ? 'an' : 'a'} ${type}`);
  return value;
}
