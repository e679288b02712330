import { PbfReader } from 'pbf';
import { Damage } from './damage.ts';
import { bytesOf } from './fields.ts';

/** A PrimitiveBlock: groups of nodes, ways or relations, and the texts that they name by number. */
export interface Block {
  readonly groups: readonly Uint8Array[];
  text(index: number): string;
  /** Degrees, from the numbers in the block. */
  lon(value: number): number;
  lat(value: number): number;
}

const NANO = 1e-9;

export function readBlock(bytes: Uint8Array): Block {
  const pbf = new PbfReader(bytes);
  const groups: Uint8Array[] = [];
  let texts: Uint8Array[] = [];
  let [granularity, lonOffset, latOffset] = [100, 0, 0];
  for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
    if (field === 1) texts = readTexts(bytesOf(pbf));
    else if (field === 2) groups.push(bytesOf(pbf));
    else if (field === 17) granularity = pbf.readVarint(true);
    else if (field === 19) latOffset = pbf.readVarint(true);
    else if (field === 20) lonOffset = pbf.readVarint(true);
  }
  const decoded = new Array<string | undefined>(texts.length);
  return {
    groups,
    text(index) {
      const bytes = texts[index];
      if (bytes === undefined) throw new Damage(`a tag is text ${index} of ${texts.length}`);
      decoded[index] ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
      return decoded[index];
    },
    // 1e-7 degrees are what OpenStreetMap keeps; a product of tenths is not one of them.
    lon: (value) => Math.round((lonOffset + granularity * value) * NANO * 1e7) / 1e7,
    lat: (value) => Math.round((latOffset + granularity * value) * NANO * 1e7) / 1e7,
  };
}

function readTexts(bytes: Uint8Array): Uint8Array[] {
  const pbf = new PbfReader(bytes);
  const texts: Uint8Array[] = [];
  for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) if (field === 1) texts.push(bytesOf(pbf));
  return texts;
}
