import { describe, expect, test } from 'vitest';
import { type OrderingRow, orderingFindings, orderingRow, orderingTable } from '../../src/run/ordering-table.ts';
import type { Summary } from '../../src/run/summary.ts';

function row(design: OrderingRow['design'], refusedAsOlder: number, more: Partial<OrderingRow> = {}): OrderingRow {
  return {
    design,
    environments: 20,
    jitterMs: 0,
    minGapMs: 0,
    sent: 1000,
    refusedAsOlder,
    lost: 0,
    stored: 1000 - refusedAsOlder,
    reordered: refusedAsOlder,
    otherwise: 0,
    publishToStore: { p50: 12.34, p99: 345.6 },
    seconds: 0.5,
    out: 'runs/x',
    ...more,
  };
}
const baseline = row('lambda', 0, { environments: 1 });
const paced = { minGapMs: 220, seconds: 5 };

describe('orderingFindings: only what the rows show', () => {
  test.each<[string, OrderingRow[], string[]]>([
    ['no row', [], []],
    ['the baseline alone', [baseline], ['lambda, one environment, no jitter: none of 1000 updates refused.']],
    ['a baseline that refused', [{ ...baseline, refusedAsOlder: 3 }], ['3 of 1000 updates (0.3 %) refused as older']],
    [
      'scaling out reorders',
      [baseline, row('lambda', 6), row('lambda', 500, { jitterMs: 50 })],
      [
        'no jitter',
        '6 of 1000 updates (0.6 %) refused as older than stored without jitter, 500 of 1000 updates (50.0 %)',
      ],
    ],
    ['scaling out reorders: why', [baseline, row('lambda', 6)], ['no jitter', 'scaling out reorders by itself']],
    ['scaling out alone did not', [baseline, row('lambda', 0)], ['no jitter', 'scaling out alone reordered nothing']],
    ['no row without jitter', [baseline, row('lambda', 9, { jitterMs: 50 })], ['no jitter', 'one with --jitter 0']],
    [
      'pacing removed all',
      [row('lambda', 500, { jitterMs: 50 }), row('lambda', 0, { jitterMs: 50, ...paced })],
      [
        '--jitter 0',
        'waiting 220 ms after an answer: pacing removed all 500 refusals; sending took up to 5.0 s instead of 0.5 s',
      ],
    ],
    [
      'pacing left some',
      [row('lambda', 500, { jitterMs: 50 }), row('lambda', 4, { jitterMs: 50, ...paced })],
      ['--jitter 0', 'pacing left 4 of 500 refusals (4 at 50 ms of jitter)'],
    ],
    [
      'pacing did nothing',
      [row('lambda', 5, { jitterMs: 50 }), row('lambda', 6, { jitterMs: 50, ...paced })],
      ['--jitter 0', 'pacing removed none: 6 refusals (6 at 50 ms of jitter), 5 without it'],
    ],
    [
      'nothing to remove',
      [row('lambda', 0), row('lambda', 0, paced)],
      ['--jitter 0', 'there was no refusal to remove'],
    ],
    ['paced rows whose twins an interruption left out', [row('lambda', 0, paced)], []],
    [
      'the stream gets them reordered',
      [row('stream', 0), row('stream', 300, { jitterMs: 200 })],
      ['the rule engine had reordered them before the stream'],
    ],
    [
      'the stream kept the order',
      [row('stream', 0), row('stream', 0, { jitterMs: 200 })],
      ['it kept the order in every row'],
    ],
    [
      'the stream refused without jitter',
      [row('stream', 1), row('stream', 9, { jitterMs: 9 })],
      ['rule engine is not all of it'],
    ],
    ['the stream with jitter only', [row('stream', 9, { jitterMs: 9 })], ['no row without jitter is there']],
    ['direct', [row('direct', 0), row('direct', 9, { jitterMs: 9 })], ['had reordered them before its action ran']],
    ['what was lost', [{ ...baseline, lost: 3 }], ['no jitter', '3 updates in runs/x were lost.']],
    ['what does not add up', [{ ...baseline, otherwise: 2 }], ['no jitter', '2 updates in runs/x were neither']],
  ])('%s', (_, rows, texts) => {
    expect(orderingFindings(rows)).toEqual(texts.map((text) => expect.stringContaining(text)));
  });
});

test('the table lines up, and shows no latency where nothing was stored', () => {
  const lines = orderingTable([baseline, row('direct', 1000, { jitterMs: 200, sent: 1_000_000 })]).split('\n');
  expect(lines.map((line) => line.length)).toEqual([77, 77, 77, 77]);
  expect(lines[2]).toMatch(/^lambda +1 +0 +0 +1000 +0 +0 +12\.3 +346 +0\.5$/);
  expect(lines[3]).toMatch(/^direct +– +200 +0 +1000000 +1000 +1000 +– +– +0\.5$/);
});

test('a row takes from the summary what adds up to all that was sent', () => {
  const summary = {
    out: 'runs/x',
    sent: 100,
    seen: 10,
    superseded: 50,
    lost: 1,
    refused: 35,
    refusals: { ValidationError: 30, ThrottlingException: 5 },
    unexplained: 4,
    reordered: 31,
    publishToStore: { count: 60, p50: 1, p90: 2, p95: 2.5, p99: 3, p999: 4, max: 5 },
    seconds: 2,
  } as unknown as Summary;
  const { refusedAsOlder, lost, stored, otherwise } = orderingRow(baseline, summary);
  expect({ refusedAsOlder, lost, stored, otherwise }).toEqual({
    refusedAsOlder: 30,
    lost: 1,
    stored: 60,
    otherwise: 9,
  });
});
