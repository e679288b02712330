import { expect, test } from 'vitest';
import { fixesNotAskedFor, paceEndLines } from '../../src/run/pace-end.ts';
import { parsePace } from '../../src/workers/pace-text.ts';
import type { Pace } from '../../src/workers/pacer.ts';

test.each([
  // pace, updates planned of 1000 fixes, sent, interrupted → fixes not asked for
  ['rate:10/s', 1000, 1000, false, undefined],
  ['max', 1000, 400, true, undefined],
  ['rate:10/s over 60s', 600, 600, false, 400],
  // A rate says what it wanted, whether or not it was sent.
  ['rate:10/s over 60s', 600, 300, true, 400],
  ['max over 60s', 1000, 700, false, 300],
  ['replay:10 over 60s', 1000, 700, false, 300],
  // Until the interruption, nobody knows how many it would have been.
  ['max over 60s', 1000, 700, true, 0],
])('%s: of 1000 fixes, %i planned and %i sent', (text, updates, sent, interrupted, left) => {
  const pace = parsePace(text) as Pace;
  expect(fixesNotAskedFor({ pace, fixes: 1000, updates }, sent, interrupted)).toBe(left);
});

test('a pace that ended says so, and why updates are missing', () => {
  expect(paceEndLines({ planned: 600, sent: 600, interrupted: false, notAskedFor: 400 })).toEqual([
    '  the pace ended before 400 more fixes were asked for',
  ]);
  expect(paceEndLines({ planned: 600, sent: 590, interrupted: false, notAskedFor: 0 })).toEqual([
    '  some devices had fewer fixes than the pace asked of them',
  ]);
  expect(paceEndLines({ planned: 600, sent: 590, interrupted: false })).toEqual([]);
});
