import { expect, test } from 'vitest';
import { statusLine } from '../../src/local/serve.ts';

const status = { connections: 12, messages: 340, stored: 338, invocations: 340, errors: 0, throttles: 0, refusals: 0 };

test('at rest it says what is so; troubles only where there are any', () => {
  expect(statusLine(status, undefined, 1000)).toBe('12 connected · 0 messages/s · 0 stored/s · 340 messages in all');
});

test('rates are of the time since the last', () => {
  const next = { ...status, messages: 1040, stored: 438, errors: 3, throttles: 2, refusals: 1, invocations: 1040 };
  expect(statusLine(next, status, 2000)).toBe(
    '12 connected · 350 messages/s · 50 stored/s · 3 of 1040 invocations failed · 2 throttled · 1 refused · 1040 messages in all',
  );
});
