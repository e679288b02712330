/**
 * JSON text written straight into bytes, number by number: what a message and its line in the send log are made of. As
 * strings, each would be several that live for a microsecond, and formatting its numbers would cost more than sending it.
 */

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** No number's text is longer (−2.2250738585072014e−308). */
const MOST_OF_A_NUMBER = 24;
/** No character takes more in UTF-8, for each of a string's 16-bit units. */
const MOST_OF_A_UNIT = 3;
/** From here on, a number has at most 42 bits behind the point: a thousand times them is still exact. */
const LEAST_FIXED = 2 ** 10;
/** Above it, not every thousandth is a number of its own. */
const LARGEST_FIXED = 2 ** 43;
const MILLION = 1_000_000;

/** Text that is written again and again: as words of four bytes, of which the last may overlap the one before. */
export interface Literal {
  readonly words: Int32Array;
  readonly last: number;
  readonly length: number;
}

/** @throws RangeError for fewer than four bytes */
export function literalOf(text: string | Buffer): Literal {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return {
    words: Int32Array.from({ length: (bytes.length - 1) >> 2 }, (_, i) => bytes.readInt32LE(4 * i)),
    last: bytes.readInt32LE(bytes.length - 4),
    length: bytes.length,
  };
}

/** The two digits of each number below a hundred, the first byte lowest. */
const PAIRS = Uint16Array.from({ length: 100 }, (_, n) => ZERO + Math.floor(n / 10) + ((ZERO + (n % 10)) << 8));

export class TextBytes {
  /** The text is [0, length). */
  bytes: Buffer;
  length = 0;
  #view: DataView;

  constructor(size = 512) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.#view = viewOf(this.bytes);
  }

  clear(): this {
    this.length = 0;
    return this;
  }

  /** What is written: its bytes are the caller's from now on. Goes on, empty, in `next`. */
  take(next: Buffer): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = next;
    this.#view = viewOf(next);
    this.length = 0;
    return taken;
  }

  literal({ words, last, length }: Literal): this {
    this.#grow(length);
    const view = this.#view;
    let at = this.length;
    const end = at + length;
    for (let i = 0; i < words.length; i++, at += 4) view.setInt32(at, words[i]!, true);
    view.setInt32(end - 4, last, true);
    this.length = end;
    return this;
  }

  /** One ASCII character. */
  byte(code: number): this {
    this.#grow(1);
    this.bytes[this.length++] = code;
    return this;
  }

  /** Any text, as UTF-8. */
  text(text: string): this {
    this.#grow(text.length * MOST_OF_A_UNIT);
    this.length += this.bytes.write(text, this.length);
    return this;
  }

  /** A string of JSON, quotes included, as JSON.stringify writes it. */
  string(text: string): this {
    this.#grow(text.length + 2);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) return this.text(JSON.stringify(text));
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.length = at;
    return this;
  }

  /** A finite number, digit for digit as JSON.stringify writes it. */
  number(value: number): this {
    this.#grow(MOST_OF_A_NUMBER);
    const magnitude = value < 0 ? -value : value;
    // Below 2^31, numbers lie closer together than millionths: six decimals name one, and no shorter text does.
    const whole = Math.floor(magnitude);
    if (whole < 2 ** 31) {
      const millionths = Math.round(magnitude * MILLION);
      if (millionths / MILLION !== magnitude) return this.text(String(value));
      if (value < 0) this.bytes[this.length++] = MINUS;
      this.#whole(whole);
      const decimals = millionths - whole * MILLION;
      if (decimals !== 0) this.#decimals(decimals, 6);
      return this;
    }
    if (magnitude < 1e15 && whole === magnitude) {
      if (value < 0) this.bytes[this.length++] = MINUS;
      const high = Math.floor(whole / MILLION);
      this.#whole(high);
      this.#digits(whole - high * MILLION, 6);
      return this;
    }
    return this.text(String(value));
  }

  /** A number with three decimals, as `toFixed(3)` has it. */
  fixed3(value: number): this {
    this.#grow(MOST_OF_A_NUMBER);
    if (!(value >= LEAST_FIXED && value < LARGEST_FIXED)) return this.text(value.toFixed(3));
    let whole = Math.floor(value);
    let thousandths = Math.round((value - whole) * 1000);
    if (thousandths === 1000) {
      thousandths = 0;
      whole++;
    }
    if (whole < 2 ** 31) {
      this.#whole(whole);
    } else {
      const high = Math.floor(whole / MILLION);
      this.#whole(high);
      this.#digits(whole - high * MILLION, 6);
    }
    this.bytes[this.length++] = POINT;
    this.#digits(thousandths, 3);
    return this;
  }

  toString(): string {
    return this.bytes.toString('utf8', 0, this.length);
  }

  /** Below 2^31. */
  #whole(value: number): void {
    let digits = value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4;
    if (value >= 10_000) for (let limit = 10_000; digits < 10 && value >= limit; limit *= 10) digits++;
    this.#digits(value, digits);
  }

  /** Below 2^31, in so many digits; from the last to the first, two at a time. */
  #digits(value: number, digits: number): void {
    const view = this.#view;
    const start = this.length;
    let at = start + digits;
    this.length = at;
    let rest = value | 0;
    while (at - start >= 2) {
      const next = (rest / 100) | 0;
      at -= 2;
      view.setUint16(at, PAIRS[rest - next * 100]!, true);
      rest = next;
    }
    if (at > start) this.bytes[start] = ZERO + rest;
  }

  /** Behind the point, without the zeros at its end. */
  #decimals(value: number, most: number): void {
    this.bytes[this.length++] = POINT;
    this.#digits(value, most);
    while (this.bytes[this.length - 1] === ZERO) this.length--;
  }

  /** Moves what is behind `from` on by so many bytes, or back. */
  shift(from: number, by: number): void {
    if (by > 0) this.#grow(by);
    this.bytes.copyWithin(from + by, from, this.length);
    this.length += by;
  }

  #grow(by: number): void {
    if (this.length + by > this.bytes.length) this.#enlarge(this.length + by);
  }

  #enlarge(needed: number): void {
    // What was taken from the smaller one stays as it is.
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
