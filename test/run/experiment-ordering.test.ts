import { expect, test } from 'vitest';
import { type OrderingOptions, orderingCases, orderingText } from '../../src/run/experiment-ordering.ts';

const options: OrderingOptions = {
  out: undefined,
  generate: { agents: 50, seconds: 660, seed: 1 },
  every: 30,
  environments: 20,
  jitter: [0, 200],
  minGap: 'auto',
  workers: 1,
  settleMs: 3000,
};
const brief = (of: OrderingOptions) =>
  orderingCases(of).map(({ design, environments, jitterMs, minGapMs }) =>
    [design, environments, jitterMs, minGapMs].join(' '),
  );

test.each<[string, Partial<OrderingOptions>, string[]]>([
  [
    'a baseline, and each design at every jitter; the gap is the rule for 50 devices',
    {},
    [
      'lambda 1 0 0',
      'lambda 20 0 0',
      'lambda 20 200 0',
      'lambda 20 0 220',
      'lambda 20 200 220',
      'stream 20 0 0',
      'stream 20 200 0',
      'direct 20 0 0',
      'direct 20 200 0',
    ],
  ],
  [
    'what would be run twice is run once',
    { environments: 1, jitter: [0, 0], minGap: '0' },
    ['lambda 1 0 0', 'stream 1 0 0', 'direct 1 0 0'],
  ],
])('%s', (_, more, rows) => {
  expect(brief({ ...options, ...more })).toEqual(rows);
});

test('what an interruption left is said first', () => {
  const text = orderingText({ out: 'runs/x', rows: [], planned: 9, findings: [], interrupted: true });
  expect(text.split('\n')[0]).toBe('INTERRUPTED after 0 of 9 rows.');
  expect(text).toContain('runs/x');
});
