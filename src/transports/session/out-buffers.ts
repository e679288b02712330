/** Room for a few dozen updates; what is larger gets a buffer of its own. */
const BYTES = 4096;
/** As many as sessions write in one turn, rarely more than a few; the rest is left to the collector. */
const KEPT = 64;

const free: Buffer[] = [];

/**
 * A buffer of at least `size` bytes to write packets into. The one given back last is lent first: with thousands of
 * sessions, it is in the processor's cache where a buffer of the session's own would not be.
 */
export function borrow(size: number): Buffer {
  return size > BYTES ? Buffer.allocUnsafeSlow(size) : (free.pop() ?? Buffer.allocUnsafeSlow(BYTES));
}

/** Only once nothing refers to its bytes any more. */
export function giveBack(buffer: Buffer): void {
  if (buffer.length === BYTES && free.length < KEPT) free.push(buffer);
}
