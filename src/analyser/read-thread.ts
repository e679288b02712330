/** A thread that reads parts of logs. It begins and ends at whole lines: a line belongs to the part in which it begins. */
import { closeSync, openSync, readSync } from 'node:fs';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { NEWLINE } from './bytes.ts';
import type { LogKind } from './log-forms.ts';
import { newBlockMaker } from './row-block.ts';

export interface PartTask {
  readonly file: string;
  readonly kind: LogKind;
  readonly from: number;
  /** Infinity: up to the end of the file. */
  readonly to: number;
}

const buffer = Buffer.allocUnsafeSlow(1 << 20);
const makeBlock = newBlockMaker();

export default function readPart({ file, kind, from, to }: PartTask): unknown {
  const handle = openSync(file, 'r');
  try {
    const block = makeBlock(kind, (feed) => feedPart(handle, from, to, feed));
    // The numbers move to the other thread; a copy would take as long as half of the reading.
    return move({ [transferableSymbol]: [block.numbers.buffer], [valueSymbol]: block });
  } finally {
    closeSync(handle);
  }
}

/** Exported for tests. */
export function feedPart(
  handle: number,
  from: number,
  to: number,
  feed: (chunk: Buffer) => void,
  chunk = buffer,
): void {
  // The byte before says whether a line begins at `from`.
  let at = Math.max(0, from - 1);
  let begun = from === 0;
  for (;;) {
    const length = readSync(handle, chunk, 0, chunk.length, at);
    if (length === 0) return;
    let start = 0;
    if (!begun) {
      const newline = chunk.subarray(0, length).indexOf(NEWLINE);
      if (newline < 0 || at + newline + 1 >= to) {
        if (newline >= 0) return;
        at += length;
        continue;
      }
      begun = true;
      start = newline + 1;
    }
    // A line that ends at `to` or later is the last one.
    if (at + length >= to) {
      const newline = chunk.subarray(0, length).indexOf(NEWLINE, Math.max(start, to - 1 - at));
      if (newline >= 0) {
        feed(chunk.subarray(start, newline + 1));
        return;
      }
    }
    feed(chunk.subarray(start, length));
    at += length;
  }
}
