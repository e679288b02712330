/**
 * A line of a log as bytes, read from left to right in the one form in which simctl writes it: several times as fast as
 * JSON.parse, and without its garbage. Where it ends shows only there: nothing that is read over holds a line's end. Whatever is in another form is for JSON.parse to judge. Four bytes are looked at at
 * a time where there are four, since most of a line is digits and names.
 */
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const CAPITAL_E = 0x45;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const E = 0x65;
const CLOSING_BRACE = 0x7d;
export const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Powers of ten beyond it are no exact numbers. */
const MOST_DECIMALS = 22;
const POWERS = Float64Array.from({ length: MOST_DECIMALS + 1 }, (_, n) => 10 ** n);

/** Bytes to be expected, at least four: as words of four, of which the last may overlap the one before. */
export interface Literal {
  readonly words: Int32Array;
  readonly last: number;
  readonly length: number;
}

/** @throws RangeError for fewer than four bytes */
export function literalOf(text: string): Literal {
  const bytes = Buffer.from(text);
  return {
    words: Int32Array.from({ length: (bytes.length - 1) >> 2 }, (_, i) => bytes.readInt32LE(4 * i)),
    last: bytes.readInt32LE(bytes.length - 4),
    length: bytes.length,
  };
}

export class LineBytes {
  bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #at = 0;
  #end = 0;
  /** Of the last `text`. */
  textStart = 0;
  textEnd = 0;

  /** A line that begins at `start`, and whose end with its newline is before `end`, unless it is cut off there. */
  set(bytes: Buffer, start: number, end: number): void {
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.#start = start;
    this.#at = start;
    this.#end = end;
  }

  /** Back to its beginning. */
  rewind(): void {
    this.#at = this.#start;
  }

  /** Whether exactly these bytes come next; passes over them if so. */
  literal({ words, last, length }: Literal): boolean {
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) return false;
    const view = this.#view;
    for (let i = 0, at = start; i < words.length; i++, at += 4) if (view.getInt32(at, true) !== words[i]) return false;
    if (view.getInt32(end - 4, true) !== last) return false;
    this.#at = end;
    return true;
  }

  /** A text up to its closing quote, which is passed over; false where it has escapes, or characters beyond ASCII. */
  text(): boolean {
    const { bytes } = this;
    for (let at = this.#at; at < this.#end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.textStart = this.#at;
        this.textEnd = at;
        this.#at = at + 1;
        return true;
      }
      if (byte === BACKSLASH || byte < 0x20 || byte > 0x7e) return false;
    }
    return false;
  }

  /** A number without an exponent, exactly as JSON.parse reads it; NaN for anything else, which stays where it is. */
  number(): number {
    const { bytes } = this;
    const view = this.#view;
    const end = this.#end;
    let at = this.#at;
    const negative = bytes[at] === MINUS;
    if (negative) at++;
    const first = at;
    let value = 0;
    let digit = 0;
    while (at + 4 <= end) {
      const four = fourDigits(view.getInt32(at, true));
      if (four < 0) break;
      value = value * 10_000 + four;
      at += 4;
    }
    for (; at < end; at++) {
      digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const whole = at - first;
    // What JSON does not have: nothing, a leading zero.
    if (whole === 0 || (whole > 1 && bytes[first] === ZERO)) return Number.NaN;
    let decimals = 0;
    if (at < end && bytes[at] === POINT) {
      const point = at++;
      // Milliseconds have three decimals at most.
      if (at + 3 <= end) {
        const three = threeDecimals(view.getInt32(point, true));
        if (three >= 0) {
          value = value * 1000 + three;
          at += 3;
        }
      }
      for (; at < end; at++) {
        digit = bytes[at]! - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
      }
      decimals = at - point - 1;
      if (decimals === 0) return Number.NaN;
    }
    if (at < end && (bytes[at] === E || bytes[at] === CAPITAL_E)) return Number.NaN;
    this.#at = at;
    // Up to there the digits are an exact integer, and the quotient by a power of ten is the nearest number there is.
    const magnitude =
      value > Number.MAX_SAFE_INTEGER || decimals > MOST_DECIMALS
        ? Number(bytes.toString('latin1', first, at))
        : decimals > 0
          ? value / POWERS[decimals]!
          : value;
    return negative ? -magnitude : magnitude;
  }

  /** Passes over a number of any form that JSON has; false where there is none. */
  skipNumber(): boolean {
    const { bytes } = this;
    const end = this.#end;
    const first = bytes[this.#at] === MINUS ? this.#at + 1 : this.#at;
    let at = this.#pastDigits(first);
    const whole = at - first;
    if (whole === 0 || (whole > 1 && bytes[first] === ZERO)) return false;
    if (at < end && bytes[at] === POINT) {
      const decimals = at + 1;
      at = this.#pastDigits(decimals);
      if (at === decimals) return false;
    }
    if (at < end && (bytes[at] === E || bytes[at] === CAPITAL_E)) {
      at++;
      if (at < end && (bytes[at] === MINUS || bytes[at] === PLUS)) at++;
      const exponent = at;
      at = this.#pastDigits(exponent);
      if (at === exponent) return false;
    }
    this.#at = at;
    return true;
  }

  /** Passes over two numbers, of any form that JSON has, and the closing bracket. */
  skipPair(): boolean {
    return this.skipNumber() && this.#skip(COMMA) && this.skipNumber() && this.#skip(CLOSING_BRACKET);
  }

  #skip(byte: number): boolean {
    if (this.#at >= this.#end || this.bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  /** Where the digits from `at` on end. */
  #pastDigits(from: number): number {
    const { bytes } = this;
    const view = this.#view;
    const end = this.#end;
    let at = from;
    while (at + 4 <= end && areFourDigits(view.getInt32(at, true))) at += 4;
    while (at < end && bytes[at]! >= ZERO && bytes[at]! <= NINE) at++;
    return at;
  }

  /** Whether an object ends here, and the line with it. */
  closes(): boolean {
    const { bytes } = this;
    const at = this.#at;
    // Beyond the last line there is no byte, and nothing that would be equal.
    if (at + 1 >= this.#end || bytes[at] !== CLOSING_BRACE) return false;
    const next = bytes[at + 1]!;
    if (next === NEWLINE) this.#at = at + 2;
    else if (next === RETURN && at + 2 < this.#end && bytes[at + 2] === NEWLINE) this.#at = at + 3;
    else return false;
    return true;
  }

  /** Where reading goes on. */
  get at(): number {
    return this.#at;
  }

  /** The last `text`, as a string. */
  takeText(): string {
    return this.bytes.toString('latin1', this.textStart, this.textEnd);
  }
}

/** Of a word, the first byte lowest: each byte's upper half is 3, and stays so with 6 added. */
function areFourDigits(word: number): boolean {
  return ((word & 0xf0f0f0f0) | 0) === 0x30303030 && (((word + 0x06060606) & 0xf0f0f0f0) | 0) === 0x30303030;
}

/** Of a word that begins with a point, the value of the three digits behind it; or −1. */
function threeDecimals(word: number): number {
  if (((word & 0xf0f0f0ff) | 0) !== 0x3030302e) return -1;
  if ((((word + 0x06060600) & 0xf0f0f000) | 0) !== 0x30303000) return -1;
  return ((word >>> 8) & 0xf) * 100 + ((word >>> 16) & 0xf) * 10 + ((word >>> 24) & 0xf);
}

/** Their value, or −1: pairs of digits first, then the pair of pairs. */
function fourDigits(word: number): number {
  if (!areFourDigits(word)) return -1;
  const digits = word & 0x0f0f0f0f;
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >>> 16);
}
