/** Text as bytes, in a buffer that grows. */
export interface LineBytes {
  /** Bytes so far. */
  readonly length: number;
  bytes(piece: Uint8Array): void;
  text(text: string): void;
  /** As JSON has it: the shortest digits that mean the same number. */
  number(value: number): void;
  /** All bytes so far, in a buffer of their own that may be transferred; begins anew. */
  take(): Uint8Array;
}

const LEAST_BYTES = 4096;
/** More than any number's digits. */
const NUMBER_BYTES = 32;

/** Of OpenStreetMap's resolution, 1e-7 degrees. */
const PER_UNIT = 1e7;
const DECIMALS = 7;
const MOST_UNITS = 1e15;
const [ZERO, POINT, MINUS] = [48, 46, 45];

export function newLineBytes(): LineBytes {
  let buffer: Buffer = Buffer.allocUnsafeSlow(LEAST_BYTES);
  let at = 0;

  function room(bytes: number): void {
    if (at + bytes <= buffer.length) return;
    const longer = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, at + bytes));
    longer.set(buffer.subarray(0, at));
    buffer = longer;
  }

  function text(text: string): void {
    room(3 * text.length);
    at += buffer.write(text, at);
  }

  /** Whole digits, most significant first. */
  function whole(value: number): void {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits++;
    for (let i = digits - 1, rest = value; i >= 0; i--, rest = (rest / 10) | 0) buffer[at + i] = ZERO + (rest % 10);
    at += digits;
  }

  return {
    get length() {
      return at;
    },
    bytes(piece) {
      const { length } = piece;
      room(length);
      buffer.set(piece, at);
      at += length;
    },
    text,
    number(value) {
      const units = Math.round(value * PER_UNIT);
      // A number of up to 15 digits is the only one of them that its double means, so that those digits, without zeros
      // at their end, are the shortest. Others, and what JSON writes with an exponent, are left to the engine.
      const size = Math.abs(units);
      if (units / PER_UNIT !== value || size < 10 || size > MOST_UNITS) return text(String(value));
      room(NUMBER_BYTES);
      if (units < 0) buffer[at++] = MINUS;
      const integer = Math.floor(size / PER_UNIT);
      whole(integer);
      let fraction = size - integer * PER_UNIT;
      if (fraction === 0) return;
      buffer[at++] = POINT;
      let decimals = DECIMALS;
      while (fraction % 10 === 0) {
        fraction = (fraction / 10) | 0;
        decimals--;
      }
      for (let i = decimals - 1; i >= 0; i--) {
        buffer[at + i] = ZERO + (fraction % 10);
        fraction = (fraction / 10) | 0;
      }
      at += decimals;
    },
    take() {
      const taken = buffer.subarray(0, at);
      // The next window is about as long as this one.
      buffer = Buffer.allocUnsafeSlow(Math.max(LEAST_BYTES, at + (at >> 4)));
      at = 0;
      return taken;
    },
  };
}
