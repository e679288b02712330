import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Segment } from '../../src/workers/load-curve.ts';
import { paceText, parsePace } from '../../src/workers/pace-text.ts';
import type { Pace } from '../../src/workers/pacer.ts';

const profile = (...segments: Segment[]): Pace => ({ kind: 'profile', segments });

test.each<[string, Pace]>([
  ['replay', { kind: 'replay', speed: 1 }],
  ['rate:500/s', { kind: 'rate', perSecond: 500 }],
  ['rate:0.5', { kind: 'rate', perSecond: 0.5 }],
  ['max', { kind: 'max' }],
  ['max over 2min', { kind: 'max', seconds: 120 }],
  ['rate:500/s over 1.5 min', profile({ shape: 'rate', perSecond: 500, seconds: 90 })],
  ['replay:10 over 30s', profile({ shape: 'replay', speed: 10, seconds: 30 })],
  ['ramp:100..1000/s over 60s', profile({ shape: 'ramp', from: 100, to: 1000, seconds: 60 })],
  ['ramp:100/s..0/s over 500 ms', profile({ shape: 'ramp', from: 100, to: 0, seconds: 0.5 })],
  ['steps:100..500/s by 100 each 10s', profile({ shape: 'steps', from: 100, by: 100, each: 10, count: 5 })],
  ['steps:500..100/s by 200/s each 10s', profile({ shape: 'steps', from: 500, by: -200, each: 10, count: 3 })],
  ['steps:5/s by 5 each 1min times 4', profile({ shape: 'steps', from: 5, by: 5, each: 60, count: 4 })],
  [
    'spike:100..1000/s at 20s for 5s over 60s',
    profile({ shape: 'spike', base: 100, peak: 1000, at: 20, width: 5, seconds: 60 }),
  ],
  [
    'sine:500/s ±300 every 60s over 5min',
    profile({ shape: 'sine', mean: 500, amplitude: 300, period: 60, seconds: 300 }),
  ],
  ['sine:5/s +-3 every 6s over 9s', profile({ shape: 'sine', mean: 5, amplitude: 3, period: 6, seconds: 9 })],
  [
    ' ramp:0..5/s over 1s  then  rate:0 over 2s ',
    profile({ shape: 'ramp', from: 0, to: 5, seconds: 1 }, { shape: 'rate', perSecond: 0, seconds: 2 }),
  ],
  ['max over 2s then max over 3s', { kind: 'max', seconds: 5 }],
  [
    'rate:5/s over 1s then ramp:5..9/s over 2s then max over 3s then max over 1s then rate:5/s over 4s',
    {
      kind: 'mixed',
      stretches: [
        {
          segments: [
            { shape: 'rate', perSecond: 5, seconds: 1 },
            { shape: 'ramp', from: 5, to: 9, seconds: 2 },
          ],
        },
        { maxSeconds: 4 },
        { segments: [{ shape: 'rate', perSecond: 5, seconds: 4 }] },
      ],
    },
  ],
])('%s', (text, pace) => {
  expect(parsePace(text)).toEqual(pace);
  expect(parsePace(paceText(pace))).toEqual(pace);
});

test.each([
  // text, what the answer says
  ['', 'replay:SPEED'],
  ['fast', 'replay:SPEED'],
  ['Rate:5', 'replay:SPEED'],
  ['replay:', 'replay:SPEED'],
  ['replay:0', 'a number above 0'],
  ['replay:-1', 'a number above 0'],
  ['replay:1e3', 'a number above 0'],
  ['max:2', 'max has no number'],
  ['rate', 'updates a second'],
  ['rate:0', 'asks for no update'],
  ['rate:5/min', 'updates a second'],
  ['rate:5..6', 'updates a second'],
  ['rate:5 over 0s', 'longer than 0'],
  ['rate:5 over', '"over" is the last word'],
  ['rate:5 over 60', '"over 60" is no length of time'],
  ['rate:5 over 6s over 7s', 'said twice'],
  ['rate:5 for 6s', '"for" says nothing of a rate'],
  ['ramp:1..2/s', 'over 60s'],
  ['ramp:5 over 5s', 'ramp:FROM..TO/s over TIME'],
  ['steps:1..5/s by 1', '"each" is missing'],
  ['steps:1..5/s by 3 each 1s', 'do not meet 5'],
  ['steps:1/s by 3 each 1s', 'say where it ends, or how many times'],
  ['steps:1..4/s by 3 each 1s times 2', 'say where it ends, or how many times'],
  ['steps:1/s by -1 each 1s times 3', 'never below 0'],
  ['steps:5..1/s by -1 each 1s', 'a step is above 0'],
  ['spike:1..9/s at 8s for 3s over 10s', 'within the time'],
  ['sine:5/s +-6 every 1s over 9s', 'never below 0'],
  ['sine:5/s +-5 every 0s over 9s', 'period is longer than 0'],
  ['rate:5 then rate:6 over 5s', 'rate:5 over 60s'],
  ['max then rate:6 over 5s', 'say how long "max" lasts'],
  ['max over 5s then replay:6 over 5s', 'put each replay before the first max'],
  ['replay:5 over 5s then max over 5s then rate:6 over 5s then replay over 5s', 'put each replay before the first max'],
  ['rate:0 over 5s then ramp:0..0 over 5s', 'asks for no update'],
])('"%s" is no pace, and the answer says what is', (text, said) => {
  expect(parsePace(text)).toContain(said);
});

test('in a phase it lasts as long as the phase', () => {
  expect(parsePace('ramp:1..5/s', 30)).toEqual(parsePace('ramp:1..5/s over 30s'));
  expect(parsePace('max', 30)).toEqual({ kind: 'max', seconds: 30 });
  expect(parsePace('rate:5 over 30s', 30)).toEqual(parsePace('rate:5 over 30s'));
  expect(parsePace('rate:5 over 31s', 30)).toContain('its phase lasts 30s, not 31s');
  expect(parsePace('steps:1..5/s by 1 each 2s', 30)).toContain('its 5 steps take 10s, and its phase 30s');
});

test('a pace survives its own text', () => {
  const n = fc.integer({ min: 1, max: 9999 });
  const length = fc.integer({ min: 1, max: 7_200_000 }).map((ms) => ms / 1000);
  const segment: fc.Arbitrary<Segment> = fc.oneof(
    fc.record({ shape: fc.constant('rate' as const), perSecond: n, seconds: length }),
    fc.record({ shape: fc.constant('ramp' as const), from: n, to: n, seconds: length }),
    fc.record({
      shape: fc.constant('steps' as const),
      from: n,
      by: n,
      each: length,
      count: fc.integer({ min: 1, max: 50 }),
    }),
    fc.record({
      shape: fc.constant('sine' as const),
      mean: fc.constant(9999),
      amplitude: n,
      period: length,
      seconds: length,
    }),
  );
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
      const pace: Pace = { kind: 'profile', segments };
      expect(parsePace(paceText(pace))).toEqual(pace);
    }),
  );
});
