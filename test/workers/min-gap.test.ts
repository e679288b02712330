import { expect, test } from 'vitest';
import { autoMinGapMs, minGapMs, parseMinGap } from '../../src/workers/min-gap.ts';

test.each([
  // devices, ms: the first is the 2022 client's own (20 devices a process), the last nears the rule's floor
  [20, 400],
  [1, 6100],
  [30, 300], // the paper's figure 12
  [50, 220],
  [1000, 106],
  [60_000, 100.1],
])('auto: a device of %i waits %d ms', (devices, ms) => {
  expect(autoMinGapMs(devices)).toBeCloseTo(ms, 9);
  expect(minGapMs('auto', devices)).toBe(autoMinGapMs(devices));
});

test('a number is itself, whatever the fleet', () => {
  expect([minGapMs(0, 50), minGapMs(400, 50)]).toEqual([0, 400]);
});

test.each<[string, number | 'auto']>([
  ['auto', 'auto'],
  ['0', 0],
  ['400', 400],
  ['0.5', 0.5],
])('"%s" is a gap', (text, gap) => {
  expect(parseMinGap(text)).toBe(gap);
});

test.each(['', '-1', 'AUTO', '1e3', '4s', 'NaN', 'Infinity', '.5'])(
  '"%s" is none, and the answer says what is',
  (text) => {
    expect(parseMinGap(text)).toEqual({ problem: expect.stringContaining(`auto; got "${text}"`) });
  },
);
