import { describe, expect, it } from 'vitest';
import { compareAll, type Side } from '../../src/compare/compare.ts';
import { metricNamed } from '../../src/compare/metric.ts';
import { simulatedLatency, simulatedLoss } from './simulated-run.ts';

const METRICS = [metricNamed('response.p50'), metricNamed('response.p99')];
const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

/** Rounds of one run each, with both metrics; `levels` are of the rounds, the first of which is the base. */
function rounds(seed: number, memory: number, levels: readonly number[], tolerance: number) {
  const side = (level: number, round: number): Side => ({
    runs: [METRICS.map((_, i) => simulatedLatency(1 + seed * 100 + round * 2 + i, { memory, level }))],
  });
  const [base, ...others] = levels.map(side);
  return compareAll(base!, others, METRICS, { level: 0.05, tolerance });
}

const verdicts = (outcomes: ReturnType<typeof rounds>) => outcomes.map((row) => row.map(({ verdict }) => verdict));

describe('rounds of equal latency', () => {
  it.each([
    [0, 0],
    [0.5, 0],
    [0.8, 0],
    [0.9, 0],
    [0.5, 0.05],
  ])(
    'whose seconds correlate by %d give at most 5 % false alarms over 200 seeds (tolerance %d)',
    (memory, tolerance) => {
      const alarms = SEEDS.filter((seed) =>
        verdicts(rounds(seed, memory, [1, 1, 1, 1], tolerance))
          .flat()
          .includes('worse'),
      );
      expect(alarms.length).toBeLessThanOrEqual(0.05 * SEEDS.length);
    },
  );

  it('are found different far too often where seconds are taken for independent, which is why windows are long', () => {
    const naive = SEEDS.filter((seed) => {
      const seconds = (run: number) => {
        const series = simulatedLatency(1 + seed * 10 + run, { memory: 0.9 });
        // Five values, each of one second, in a row: what no window may be.
        return { runs: Array.from({ length: 60 }, (_, i) => [{ length: 1, value: () => series.value(i, i + 1) }]) };
      };
      const outcome = compareAll(seconds(0), [seconds(1)], METRICS.slice(0, 1), { level: 0.05, tolerance: 0 });
      return outcome[0]![0]!.verdict !== 'no difference';
    });
    expect(naive.length).toBeGreaterThan(0.3 * SEEDS.length);
  });
});

describe('a planted bottleneck', () => {
  it.each([0, 0.5])('is found at its round, whose seconds correlate by %d', (memory) => {
    const found = SEEDS.slice(0, 50).filter((seed) => {
      const [second, third, fourth] = verdicts(rounds(seed, memory, [1, 1, 1.8, 2.5], 0.05));
      return !second!.includes('worse') && third!.includes('worse') && fourth!.includes('worse');
    });
    expect(found.length).toBeGreaterThanOrEqual(45);
  });

  it('is none where it is smaller than what matters', () => {
    const found = SEEDS.slice(0, 50).filter((seed) =>
      verdicts(rounds(seed, 0, [1, 1.3], 0.5))
        .flat()
        .includes('worse'),
    );
    expect(found).toEqual([]);
  });
});

describe('rates of loss', () => {
  const lost = [metricNamed('lost')];
  const verdictOn = (seed: number, turn: number, levels: readonly number[]) => {
    const side = (level: number, run: number): Side => ({
      runs: [[simulatedLoss(1 + seed * 10 + run, { level, turn })]],
    });
    const [base, ...others] = levels.map(side);
    return compareAll(base!, others, lost, { level: 0.05, tolerance: 0 }).map(([outcome]) => outcome!.verdict);
  };

  it.each([0.9, 0.5, 0.3, 0.1])(
    'that are equal and turn ill or well with the chance %d a second give few false alarms over 200 seeds',
    (turn) => {
      const alarms = SEEDS.filter((seed) => verdictOn(seed, turn, [2, 2, 2, 2]).includes('worse'));
      expect(alarms.length).toBeLessThanOrEqual(0.05 * SEEDS.length);
    },
  );

  it('that grow fivefold are found', () => {
    const found = SEEDS.slice(0, 50).filter((seed) => verdictOn(seed, 0.5, [2, 10])[0] === 'worse');
    expect(found.length).toBeGreaterThanOrEqual(45);
  });
});

describe('what is compared', () => {
  const rules = { level: 0.05, tolerance: 0 };
  const side = (runs: number, level: number, seconds = 60): Side => ({
    runs: Array.from({ length: runs }, (_, i) => [simulatedLatency(i + level * 1000, { level, seconds, memory: 0 })]),
  });
  const one = METRICS.slice(0, 1);

  it('are whole runs, where each side has five of them', () => {
    expect(compareAll(side(5, 1), [side(5, 2)], one, rules)[0]![0]).toMatchObject({
      of: 'runs',
      values: [5, 5],
      verdict: 'worse',
    });
  });

  it('are windows of all runs otherwise', () => {
    const outcome = compareAll(side(2, 2, 90), [side(1, 1, 90)], one, rules)[0]![0]!;
    expect(outcome).toMatchObject({ of: 'windows', verdict: 'better' });
    expect(outcome.values[0]).toBe(2 * outcome.values[1]);
  });

  it('says so where a run is too short, and where nothing was measured', () => {
    expect(compareAll(side(1, 1, 20), [side(1, 2, 20)], one, rules)[0]![0]).toMatchObject({
      verdict: 'too short to say',
      why: expect.stringContaining('it takes 8 a side'),
    });
    const nothing = { runs: [[{ length: 40, value: () => Number.NaN }]] };
    expect(compareAll(nothing, [nothing], one, rules)[0]![0]).toMatchObject({ why: 'nothing was measured' });
  });

  it('takes less throughput for worse', () => {
    const outcome = compareAll(side(1, 2, 90), [side(1, 1, 90)], [metricNamed('throughput')], rules)[0]![0]!;
    expect(outcome).toMatchObject({ verdict: 'worse' });
  });

  it('names the metrics there are', () => {
    expect(() => metricNamed('response.p42')).toThrow('there is no metric response.p42');
  });
});
