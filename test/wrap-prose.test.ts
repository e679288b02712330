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
