import type { PositionUpdate } from '../../src/model.ts';
import { TextBytes } from '../../src/text-bytes.ts';
import { type WireOptions, writePayload } from '../../src/wire.ts';

/** The payload of one update, as JSON text. */
export function encode(update: PositionUpdate, options?: WireOptions): string {
  const out = new TextBytes();
  writePayload(out, update, options);
  return out.toString();
}
