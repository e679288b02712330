import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextBytes } from '../src/text-bytes.ts';

const written = (write: (out: TextBytes) => unknown, size?: number) => {
  const out = new TextBytes(size);
  write(out);
  return out.toString();
};

/** Coordinates, times and counts as they come, beside everything else that there is. */
const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -180_000_000, max: 180_000_000 }).map((n) => n / 1e6),
  fc.integer({ min: -(2 ** 40), max: 2 ** 40 }).map((n) => n / 1e7),
  fc.maxSafeInteger(),
  fc.integer({ min: -(10 ** 6), max: 10 ** 6 }).map((n) => n / 1e3),
  fc.tuple(fc.nat(20), fc.constantFrom(-1, 0, 1)).map(([n, more]) => 10 ** n + more),
);

describe('a number', () => {
  test('is written digit for digit as JSON.stringify writes it', () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        expect(written((out) => out.number(value))).toBe(JSON.stringify(value));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    0,
    -0,
    1,
    -1,
    9,
    10,
    99.5,
    0.000001,
    -0.000001,
    0.0000001,
    1e-7,
    57.7,
    -157.858333,
    180,
    2147483647,
    2147483648,
    2147483647.5,
    2147483647.123456,
    -2147483648.25,
    1795514190000,
    999999999999999,
    1e15,
    1e21,
    2 ** 53,
    0.1 + 0.2,
    5e-324,
    1.7e308,
  ])('%d', (value) => {
    expect(written((out) => out.number(value))).toBe(JSON.stringify(value));
  });
});

describe('a number of three decimals', () => {
  test('is what toFixed makes of it', () => {
    const times = fc.oneof(
      fc.double({ min: 0, max: 2 ** 44, noNaN: true }),
      fc.double({ min: 1.6e12, max: 1.9e12, noNaN: true }),
      fc.nat(2 ** 30).map((n) => n / 4096),
      fc.nat().map((n) => n + 0.9995),
      // Just beside the middle of two thousandths.
      fc.nat(5_000_000).map((n) => (2 * n + 1) / 2000),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(times, (value) => {
        expect(written((out) => out.fixed3(value))).toBe(value.toFixed(3));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    0,
    0.0005,
    0.0045,
    1023.9995,
    1024.0005,
    0.9995,
    0.99949,
    999.9996,
    2147483647.9999,
    1795514190123.456,
    2 ** 43,
  ])('%d', (value) => {
    expect(written((out) => out.fixed3(value))).toBe(value.toFixed(3));
  });
});

test('a string is written as JSON.stringify writes it, whatever is in it', () => {
  const any = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a"b', 'a\\b', '\u0000', 'é', '\ud800'),
  );
  fc.assert(
    fc.property(any, (text) => {
      expect(written((out) => out.string(text))).toBe(Buffer.from(JSON.stringify(text)).toString());
    }),
  );
});

test('what does not fit makes the room grow, and keeps what is there', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), anyNumber)), (members) => {
      const text = written((out) => {
        out.text('[');
        members.forEach((member, i) => {
          if (i > 0) out.text(',');
          if (typeof member === 'string') out.string(member);
          else out.number(member);
        });
        out.text(']');
      }, 1);
      expect(text).toBe(Buffer.from(JSON.stringify(members)).toString());
    }),
  );
});

test('a cleared one begins anew', () => {
  const out = new TextBytes().text('before');
  expect(out.clear().text('später').toString()).toBe('später');
});
