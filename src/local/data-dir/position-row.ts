/**
 * A stored position as bytes: keys sort by tracker, device and sample time, so that a range of them is a history.
 *
 *     key    generation u32 │ device number u32 │ sample time, 8 bytes that sort
 *     value  received f64 │ longitude f64 │ latitude f64 │ accuracy f64, NaN for none │ properties, JSON, where there are any
 *
 * Numbers are big-endian.
 */
import type { StoredPosition } from '../trackers/positions.ts';

export const KEY_BYTES = 16;
const FIXED_BYTES = 32;

export interface RowKey {
  readonly generation: number;
  readonly device: number;
  /** Epoch ms; any number but NaN. */
  readonly sampleTime: number;
}

/** Into `key`, which has `KEY_BYTES`. */
export function writeKey(key: Buffer, { generation, device, sampleTime }: RowKey): Buffer {
  key.writeUInt32BE(generation, 0);
  key.writeUInt32BE(device, 4);
  // Adding 0 makes -0 the 0 that it equals.
  key.writeDoubleBE(sampleTime + 0, 8);
  turn(key, key[8]! < 0x80);
  return key;
}

export function readKey(key: Uint8Array): RowKey {
  const copy = Buffer.from(key);
  turn(copy, copy[8]! >= 0x80);
  return { generation: copy.readUInt32BE(0), device: copy.readUInt32BE(4), sampleTime: copy.readDoubleBE(8) };
}

/** The bits of doubles sort as the numbers do, once the sign of the positive and all bits of the negative are turned. */
function turn(key: Buffer, signAlone: boolean): void {
  if (signAlone) key[8]! ^= 0x80;
  else for (let i = 8; i < KEY_BYTES; i++) key[i]! ^= 0xff;
}

/** Everything but the sample time. */
export function writeValue({ receivedTime, position, accuracy, properties }: StoredPosition): Buffer {
  const extra = properties === undefined ? undefined : Buffer.from(JSON.stringify(properties));
  const value = Buffer.allocUnsafe(FIXED_BYTES + (extra?.length ?? 0));
  value.writeDoubleBE(receivedTime, 0);
  value.writeDoubleBE(position[0], 8);
  value.writeDoubleBE(position[1], 16);
  value.writeDoubleBE(accuracy ?? Number.NaN, 24);
  extra?.copy(value, FIXED_BYTES);
  return value;
}

/** @throws Error where the bytes are none that `writeValue` wrote. */
export function readRow({ sampleTime }: RowKey, bytes: Uint8Array): StoredPosition {
  if (bytes.length < FIXED_BYTES) throw new Error(`a position has ${FIXED_BYTES} bytes or more, not ${bytes.length}`);
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const accuracy = value.readDoubleBE(24);
  return {
    sampleTime,
    receivedTime: value.readDoubleBE(0),
    position: [value.readDoubleBE(8), value.readDoubleBE(16)],
    ...(Number.isNaN(accuracy) ? {} : { accuracy }),
    ...(value.length === FIXED_BYTES ? {} : { properties: JSON.parse(value.toString('utf8', FIXED_BYTES)) }),
  };
}
