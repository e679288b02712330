import type { PbfReader } from 'pbf';
import { Damage } from './damage.ts';

/** Where the field that was just named ends; the reader stands at its first byte. @throws Damage where that is outside. */
export function endOf(pbf: PbfReader): number {
  if (pbf.type !== 2) throw new Damage('a field is of another type than the format says');
  const end = pbf.readVarint() + pbf.pos;
  if (!(end <= pbf.length)) throw new Damage('a field is longer than what holds it');
  return end;
}

export function bytesOf(pbf: PbfReader): Uint8Array {
  const end = endOf(pbf);
  const bytes = pbf.buf.subarray(pbf.pos, end);
  pbf.pos = end;
  return bytes;
}

/** A row of numbers that need not be looked at, yet. */
export interface Packed {
  begin: number;
  end: number;
}

export function packed(pbf: PbfReader, row: Packed): void {
  row.end = endOf(pbf);
  row.begin = pbf.pos;
  pbf.pos = row.end;
}
