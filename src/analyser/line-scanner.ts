import { LineBytes, NEWLINE } from './bytes.ts';

/** Cuts a stream of bytes into lines, whichever way they come in chunks. */
export interface LineScanner {
  /** A chunk need not stay as it is afterwards. */
  feed(chunk: Buffer): void;
  /** What came behind the last newline. */
  readonly rest: Buffer;
}

/**
 * @param fast takes a line, newline included, and says so; or leaves it
 * @param other a line that was left, without its newline
 */
export function newLineScanner(fast: (line: LineBytes) => boolean, other: (text: string) => void): LineScanner {
  const bytes = new LineBytes();
  let rest = Buffer.alloc(0);

  /** @returns where the next line begins; or −1, with nothing taken, where this one does not end */
  function one(buffer: Buffer, start: number): number {
    bytes.set(buffer, start, buffer.length);
    if (fast(bytes)) return bytes.at;
    const end = buffer.indexOf(NEWLINE, start);
    if (end < 0) return -1;
    other(buffer.toString('utf8', start, end));
    return end + 1;
  }

  return {
    feed(chunk) {
      let start = 0;
      if (rest.length > 0) {
        const end = chunk.indexOf(NEWLINE);
        if (end < 0) {
          rest = Buffer.concat([rest, chunk]);
          return;
        }
        one(Buffer.concat([rest, chunk.subarray(0, end + 1)]), 0);
        start = end + 1;
      }
      while (start < chunk.length) {
        const next = one(chunk, start);
        if (next < 0) break;
        start = next;
      }
      rest = Buffer.from(chunk.subarray(start));
    },
    get rest() {
      return rest;
    },
  };
}
