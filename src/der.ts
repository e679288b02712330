/**
 * Distinguished Encoding Rules, the little of ITU-T X.690 that X.509 certificates and signing requests need.
 * Our own because fleets need thousands of certificates a second: node:crypto signs fast but builds none, and
 * the ASN.1 libraries build one in about 4 ms.
 */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: tag, length, content. */
export function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  let header: Buffer;
  if (length < 0x80) header = Buffer.from([tag, length]);
  else if (length < 0x100) header = Buffer.from([tag, 0x81, length]);
  else header = Buffer.from([tag, 0x82, length >> 8, length & 0xff]);
  if (length > 0xffff) throw new RangeError(`an element of ${length} bytes has no place in a certificate`);
  return Buffer.concat([header, content], header.length + length);
}

export function sequence(...members: Buffer[]): Buffer {
  return tagged(TAG.sequence, Buffer.concat(members));
}

export function set(...members: Buffer[]): Buffer {
  return tagged(TAG.set, Buffer.concat(members));
}

/** `[n]`, constructed: the form of version, attributes and extensions. */
export function context(n: number, content: Buffer): Buffer {
  return tagged(0xa0 | n, content);
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
  let first = 0;
  while (first < bytes.length - 1 && bytes[first] === 0) first++;
  const digits = bytes.subarray(first);
  // A leading one bit would read as a minus sign.
  return tagged(TAG.integer, (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return tagged(TAG.bitString, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

export function octetString(bytes: Buffer): Buffer {
  return tagged(TAG.octetString, bytes);
}

export function boolean(value: boolean): Buffer {
  return tagged(TAG.boolean, Buffer.from([value ? 0xff : 0]));
}

export function utf8String(text: string): Buffer {
  return tagged(TAG.utf8String, Buffer.from(text, 'utf8'));
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 0x80); left > 0; left = Math.floor(left / 0x80))
      groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(TAG.oid, Buffer.from(bytes));
}

/** A moment in whole seconds; RFC 5280 wants UTCTime up to 2049 and GeneralizedTime after. */
export function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050'
    ? tagged(TAG.utcTime, Buffer.from(digits.slice(2)))
    : tagged(TAG.generalizedTime, Buffer.from(digits));
}

/** An element as read: `raw` with its header, `content` without. */
export interface Element {
  readonly tag: number;
  readonly raw: Buffer;
  readonly content: Buffer;
}

/** Reads the element at the start of `bytes`. @throws Error where the bytes do not hold a whole one. */
export function read(bytes: Buffer): Element {
  const tag = bytes[0];
  const first = bytes[1];
  if (tag === undefined || first === undefined) throw new Error('the DER ends inside an element');
  let start = 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 3 || bytes.length < 2 + count) throw new Error('the DER holds a length it cannot have');
    length = bytes.readUIntBE(2, count);
    start += count;
  }
  if (bytes.length < start + length) throw new Error('the DER ends inside an element');
  return { tag, raw: bytes.subarray(0, start + length), content: bytes.subarray(start, start + length) };
}

/** The members of a SEQUENCE, of which there must be at least `atLeast`. */
export function members(element: Element, atLeast: number): Element[] {
  if (element.tag !== TAG.sequence) throw new Error('the DER holds something else where a SEQUENCE belongs');
  const found: Element[] = [];
  for (let rest = element.content; rest.length > 0; ) {
    const next = read(rest);
    found.push(next);
    rest = rest.subarray(next.raw.length);
  }
  if (found.length < atLeast) throw new Error(`the DER holds ${found.length} members where ${atLeast} belong`);
  return found;
}
