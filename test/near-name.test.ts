import { expect, test } from 'vitest';
import { nearName } from '../src/near-name.ts';

const NAMES = ['agents', 'ack-timeout', 'min-gap', 'out'];

test.each([
  ['--agnts', 'agents'],
  ['AGENTS', 'agents'],
  ['acktimeout', 'ack-timeout'],
  ['--min_gap', 'min-gap'],
  ['outt', 'out'],
  ['pace-of-all', undefined],
  ['completely different', undefined],
])('%s: %s', (said, meant) => {
  expect(nearName(said, NAMES)).toBe(meant);
});

test('of no names none is near', () => {
  expect(nearName('agents', [])).toBeUndefined();
});
