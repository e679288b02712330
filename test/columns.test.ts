import { expect, test } from 'vitest';
import { inColumns } from '../src/columns.ts';

test('the first column begins at the margin, the others end below their heads', () => {
  expect(
    inColumns([
      ['', 'sent', 'lost'],
      ['a longer name', '7', '123456'],
      ['b', '1000', ''],
    ]),
  ).toEqual(['               sent    lost', 'a longer name     7  123456', 'b              1000']);
});

test('no row is no line', () => {
  expect(inColumns([])).toEqual([]);
});
