/**
 * Rows of numbers, spread over partitions, in bounded memory: what no longer fits goes to temporary files and comes back a
 * partition at a time. The first number of a row is a device's; its partition is that number modulo how many there are.
 */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, RunError } from '../errors.ts';

export const PARTITIONS = 64;
/** Of rows; parsing, joining and Node itself come on top. */
export const MEMORY_BYTES = 384 * 1024 * 1024;

type Piece = Float64Array<ArrayBuffer>;

/** All tables of one analysis share a memory, and a directory for what does not fit into it. */
export interface Spill {
  /** Whether there is no room for a piece more; then something must go to disk first. */
  readonly isFull: boolean;
  take(): Piece;
  give(pieces: readonly Piece[]): void;
  /** A new file, gone with `close`. */
  file(): number;
  /** Bytes that went to disk. */
  written: number;
  close(): void;
}

export function newSpill(memoryBytes: number): Spill {
  let [held, dir] = [0, undefined as string | undefined];
  const open: number[] = [];
  const free: Piece[] = [];
  return {
    get isFull() {
      return held + PIECE_BYTES > memoryBytes;
    },
    take() {
      held += PIECE_BYTES;
      if (free.length === 0) {
        // Many small buffers are dear to the garbage collector.
        const slab = new ArrayBuffer(SLAB_PIECES * PIECE_BYTES);
        for (let i = 0; i < SLAB_PIECES; i++) free.push(new Float64Array(slab, i * PIECE_BYTES, PIECE_NUMBERS));
      }
      return free.pop()!;
    },
    give(pieces) {
      held -= pieces.length * PIECE_BYTES;
      free.push(...pieces);
    },
    file() {
      dir ??= mkdtempSync(join(tmpdir(), 'simctl-analyse-'));
      const file = openSync(join(dir, `${open.length}`), 'wx+', 0o600);
      open.push(file);
      return file;
    },
    written: 0,
    close() {
      for (const file of open) closeSync(file);
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A partition grows by pieces of so many numbers, so that none is ever copied; rows of three, four or five fill one. */
const PIECE_NUMBERS = 2520;
const PIECE_BYTES = PIECE_NUMBERS * Float64Array.BYTES_PER_ELEMENT;
const SLAB_PIECES = 50;

export class Rows {
  readonly width: number;
  readonly #spill: Spill;
  readonly #pieces: Piece[][] = Array.from({ length: PARTITIONS }, () => []);
  /** Numbers in the last piece. */
  readonly #used = new Uint32Array(PARTITIONS);
  readonly #last: (Piece | undefined)[] = new Array(PARTITIONS).fill(undefined);
  readonly #rows = new Uint32Array(PARTITIONS);
  readonly #files: (number | undefined)[] = new Array(PARTITIONS).fill(undefined);
  // One for all: a row costs no garbage.
  readonly #room: { values: Float64Array; at: number } = { values: new Float64Array(0), at: 0 };

  constructor(width: number, spill: Spill) {
    this.width = width;
    this.#spill = spill;
  }

  /** Room for a row of `device` at the returned index of the returned array, to be filled at once. */
  row(device: number): { values: Float64Array; at: number } {
    const partition = device % PARTITIONS;
    const before = this.#last[partition];
    const last = before === undefined || this.#used[partition]! >= before.length ? this.#grow(partition) : before;
    this.#room.values = last;
    this.#room.at = this.#used[partition]!;
    this.#used[partition]! += this.width;
    this.#rows[partition]!++;
    return this.#room;
  }

  count(partition: number): number {
    return this.#rows[partition]!;
  }

  /** All rows of a partition, in the order in which they came, in pieces of whole rows, of `length` numbers each; can be walked again. */
  *pieces(partition: number): Generator<{ readonly values: Float64Array; readonly length: number }> {
    const file = this.#files[partition];
    if (file !== undefined) yield* this.#fromDisk(file);
    const pieces = this.#pieces[partition]!;
    for (const [i, values] of pieces.entries())
      yield { values, length: i === pieces.length - 1 ? this.#used[partition]! : values.length };
  }

  /** What a partition held in memory is given back. */
  forget(partition: number): void {
    this.#spill.give(this.#pieces[partition]!);
    this.#pieces[partition] = [];
    this.#last[partition] = undefined;
    this.#rows[partition] = 0;
  }

  *#fromDisk(file: number): Generator<{ values: Float64Array; length: number }> {
    const { size } = fstatSync(file);
    const values = new Float64Array(PIECE_NUMBERS);
    const bytes = new Uint8Array(values.buffer);
    for (let from = 0; from < size; from += bytes.length) {
      const length = Math.min(bytes.length, size - from);
      for (let at = 0; at < length; ) {
        const read = readSync(file, bytes, at, length - at, from + at);
        if (read === 0) throw new RunError('a temporary file of the analysis was cut off meanwhile');
        at += read;
      }
      yield { values, length: length / Float64Array.BYTES_PER_ELEMENT };
    }
  }

  #grow(partition: number): Piece {
    if (this.#last[partition] !== undefined && this.#spill.isFull) this.#write(partition);
    else {
      const piece = this.#spill.take();
      this.#last[partition] = piece;
      this.#pieces[partition]!.push(piece);
    }
    this.#used[partition] = 0;
    return this.#last[partition]!;
  }

  /** All pieces are full; one stays, to be filled again. */
  #write(partition: number): void {
    this.#files[partition] ??= this.#spill.file();
    const pieces = this.#pieces[partition]!;
    try {
      for (const values of pieces) {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        for (let at = 0; at < bytes.length; ) at += writeSync(this.#files[partition]!, bytes, at);
        this.#spill.written += bytes.length;
      }
    } catch (error) {
      throw new RunError(`cannot write a temporary file of the analysis: ${messageOf(error)}`, {
        cause: error,
        hint: `Free some space in ${tmpdir()}, or name another directory with TMPDIR.`,
      });
    }
    this.#spill.give(pieces.slice(0, -1));
    this.#pieces[partition] = pieces.slice(-1);
  }
}
