import { expect, test } from 'vitest';
import { judgeStep, type StepRules } from '../../../src/run/capacity/step.ts';
import type { Summary } from '../../../src/run/summary.ts';
import { parseThresholds } from '../../../src/run/threshold.ts';
import { type Second, stepOf } from '../../support/capacity-step.ts';

const rules = (texts: readonly string[], more: Partial<StepRules> = {}): StepRules => ({
  thresholds: parseThresholds(texts),
  warmUpSeconds: 1,
  lagLimitMs: 50,
  ...more,
});
const judged = (seconds: readonly Second[], texts: readonly string[], more: Partial<Summary> = {}) => {
  const { summary, slices } = stepOf(seconds, more);
  return judgeStep({ load: 100, offered: 100 }, summary, slices, rules(texts));
};
const seconds = (n: number, second: Partial<Second> = {}): Second[] =>
  Array.from({ length: n }, () => ({ sent: 100, ...second }));

test('a step that keeps its thresholds is kept, with its figures', () => {
  expect(judged(seconds(4), ['response.p99 < 250ms', 'unknown < 0.1%', 'lost == 0'])).toMatchObject({
    verdict: 'kept',
    broken: [],
    achieved: 100,
    sent: 300,
    unknown: 0,
    devices: 20,
    cpu: 0.25,
  });
});

test.each<[string, readonly Second[], readonly string[], Partial<Summary>, readonly string[]]>([
  ['slow', seconds(4, { responseMs: 300 }), ['response.p99 < 250ms'], {}, ['BROKEN  response.p99 < 250ms: 300 ms']],
  ['unanswered', seconds(4, { unknown: 1 }), ['unknown < 0.1%'], {}, ['BROKEN  unknown < 0.1%: 1 %']],
  ['lost', seconds(4), ['lost == 0'], { lost: 3 }, ['BROKEN  lost == 0: 3']],
  ['too few', seconds(4, { sent: 90 }), ['lost == 0'], {}, ['BROKEN  100/s: only 90/s were answered']],
])('%s: broken, and it says what', (_, step, texts, more, broken) => {
  expect(judged(step, texts, more)).toMatchObject({ verdict: 'broken', broken });
});

test('the warm-up does not count: not its times, nor what failed in it', () => {
  const step = [{ sent: 100, responseMs: 900, unknown: 20 }, ...seconds(3)];
  expect(judged(step, ['response.p99 < 250ms', 'unknown == 0', 'response.max < 20ms in every 1s'])).toMatchObject({
    verdict: 'kept',
    unknown: 0,
  });
});

test.each<[string, readonly Second[], doneMs: number, answeredMs: number, achieved: number]>([
  ['waited for in vain, at the end', seconds(4, { unknown: 2 }), 9000, 3990, 98],
  ['answered late', seconds(4), 9000, 9000, 37.5],
  ['never answered from the third second on', [...seconds(2), ...seconds(2, { unknown: 100 })], 9000, 1990, 100 / 3],
  ['not answered at all', seconds(4, { unknown: 100 }), 9000, 9000, 0],
])('the rate that was answered, of updates %s', (_, step, doneMs, answeredMs, achieved) => {
  const { summary, slices } = stepOf(step);
  const start = slices[0]!.from;
  const late = { ...summary, lastDoneAt: start + doneMs };
  const found = judgeStep({ load: 100, offered: 100 }, late, slices, rules(['unknown < 4%']), start + answeredMs);
  expect(found.achieved).toBeCloseTo(achieved, 9);
  expect(found.verdict).toBe(achieved > 95 ? 'kept' : 'broken');
});

test('what broke while the generator was late is no evidence; what kept all the same is', () => {
  expect(judged(seconds(4, { responseMs: 300, lagMs: 80 }), ['response.p99 < 250ms']).verdict).toBe('saturated');
  expect(judged(seconds(4, { responseMs: 100, lagMs: 80 }), ['response.p99 < 250ms']).verdict).toBe('kept');
});

test('a second in which the generator was late is told, and is no excuse', () => {
  const step = [...seconds(10, { sent: 1000, responseMs: 300 }), { sent: 50, lagMs: 80 }];
  const found = judged(step, ['response.p99 < 250ms']);
  expect([found.verdict, found.lateSeconds]).toEqual(['broken', 1]);
  expect(judged(seconds(4), ['lost == 0'])).not.toHaveProperty('lateSeconds');
});

test('nor is what broke while the devices were late because its threads had no time', () => {
  const late = { ...stepOf(seconds(4, { lagMs: 900 })).summary.lag };
  const { summary, slices } = stepOf(seconds(4, { sent: 60 }));
  const behind = slices.map((one, i) => {
    const { latencies } = stepOf(seconds(4, { sent: 60, lagMs: 900 })).slices[i]!;
    return { ...one, latencies: { ...one.latencies, late: latencies.late } };
  });
  const verdictOf = (busyWhileLate: number) =>
    judgeStep({ load: 100, offered: 100 }, { ...summary, late, busyWhileLate }, behind, rules([])).verdict;
  expect([verdictOf(0.99), verdictOf(0.4)]).toEqual(['saturated', 'broken']);
});

test('a step without a timeline is judged by its summary', () => {
  const { summary } = stepOf(seconds(4));
  const step = judgeStep({ load: 100, offered: 100 }, summary, [], rules(['response.p99 < 4ms']));
  expect(step).toMatchObject({ verdict: 'broken', achieved: 100 });
});
