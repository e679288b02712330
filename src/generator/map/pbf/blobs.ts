import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { PbfReader } from 'pbf';
import { Damage } from './damage.ts';
import { bytesOf } from './fields.ts';

/** A piece of the file that can be read on its own. */
export interface Blob {
  readonly type: string;
  /** Where it begins in the file, in bytes. */
  readonly at: number;
  /** Inflated. */
  data(): Promise<Uint8Array>;
}

// Of the format's specification (wiki.openstreetmap.org/wiki/PBF_Format): larger ones must not be read.
const MOST_HEADER_BYTES = 64 * 1024;
const MOST_BLOB_BYTES = 32 * 1024 * 1024;

const COMPRESSIONS: Readonly<Record<number, string>> = { 4: 'lzma', 5: 'bzip2', 6: 'lz4', 7: 'zstd' };
const unzip = promisify(inflate);

/** The blobs of a file from a byte on, one after another. @throws Damage */
export async function* readBlobs(file: FileHandle, from = 0): AsyncGenerator<Blob> {
  const { size } = await file.stat();
  for (let at = from; at < size; ) {
    const length = (await read(file, at, 4, size)).readUInt32BE();
    if (length > MOST_HEADER_BYTES) throw new Damage(`at byte ${at} a header says that it has ${length} bytes`);
    const { type, dataSize } = blobHeader(await read(file, at + 4, length, size));
    if (!(dataSize <= MOST_BLOB_BYTES)) throw new Damage(`at byte ${at} a block says that it has ${dataSize} bytes`);
    const [here, begin] = [at, at + 4 + length];
    at = begin + dataSize;
    if (at > size)
      throw new Damage(`it is cut off: a block at byte ${here} would end at ${at}, and the file at ${size}`);
    yield { type, at: here, data: async () => inflated(await read(file, begin, dataSize, size)) };
  }
}

async function read(file: FileHandle, at: number, length: number, size: number): Promise<Buffer> {
  if (at + length > size) throw new Damage(`it is cut off at byte ${size}, in the middle of a block`);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw new Damage(`it became shorter while it was read`);
  return buffer;
}

function blobHeader(bytes: Uint8Array): { type: string; dataSize: number } {
  const pbf = new PbfReader(bytes);
  let [type, dataSize] = ['', Number.NaN];
  for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
    if (field === 1) type = Buffer.from(bytesOf(pbf)).toString('latin1');
    else if (field === 3) dataSize = pbf.readVarint();
  }
  return { type, dataSize };
}

async function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  const pbf = new PbfReader(bytes);
  let raw: Uint8Array | undefined;
  let zipped: Uint8Array | undefined;
  for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
    if (field === 1) raw = bytesOf(pbf);
    else if (field === 3) zipped = bytesOf(pbf);
    const other = COMPRESSIONS[field];
    if (other) throw new Damage(`its blocks are compressed by ${other}`, 'Rewrite it with "osmium cat -f pbf".');
  }
  if (raw) return raw;
  if (!zipped) throw new Damage('a block has no data');
  return unzip(zipped, { maxOutputLength: MOST_BLOB_BYTES });
}
