import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapProse } from '../src/wrap-prose.ts';

test.each([
  ['one two three', undefined, 'one two three'],
  ['one two three', 13, 'one two three'],
  ['one two three', 12, 'one two\nthree'],
  ['one two three', 3, 'one\ntwo\nthree'],
  ['  one two three', 10, '  one two\n  three'],
  ['a table  of many  columns', 10, 'a table  of many  columns'],
  ['a table  of many  numbers 1 2 3', 24, 'a table  of many  numbers 1 2 3'],
  [
    '✗ files   problem: 20000 at most, and 20200 are wanted',
    40,
    '✗ files   problem: 20000 at most, and\n          20200 are wanted',
  ],
  [
    '  a   b   what the row says in the end, at length',
    34,
    '  a   b   what the row says in the\n          end, at length',
  ],
  ['first line\n\nsecond line is longer', 12, 'first line\n\nsecond line\nis longer'],
  ['https://a.long/address', 10, 'https://a.long/address'],
])('%j in %s columns', (text, columns, wrapped) => {
  expect(wrapProse(text, columns)).toBe(wrapped);
});

test('no word is lost, changed or broken, and no line of more than one word is too wide', () => {
  const words = fc.array(fc.stringMatching(/^\S{1,30}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 200 }), (said, columns) => {
      const lines = wrapProse(said.join(' '), columns).split('\n');
      expect(lines.flatMap((line) => line.split(' '))).toEqual(said);
      for (const line of lines) expect(line.includes(' ') && line.length > columns).toBe(false);
    }),
  );
});

test('nor is any of a row, whose other cells stay where they are', () => {
  const words = fc.array(fc.stringMatching(/^\S{1,9}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 44, max: 200 }), (said, columns) => {
      const head = '  first   second    ';
      const lines = wrapProse(head + said.join(' '), columns).split('\n');
      expect(lines[0]!.slice(0, head.length)).toBe(head);
      expect(lines.flatMap((line) => line.slice(head.length).split(' '))).toEqual(said);
      for (const [at, line] of lines.entries()) {
        expect(line.length).toBeLessThanOrEqual(columns);
        if (at > 0) expect(line.slice(0, head.length)).toBe(' '.repeat(head.length));
      }
    }),
  );
});
