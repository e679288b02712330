import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentRandom, PURPOSE } from '../../../src/generator/agent-random.ts';
import { errorProcess, transitionsOf } from '../../../src/generator/agents/gauss-markov.ts';

const MEMORY = { tau: 60, smoothing: 6 };

/** The error every `step` seconds. */
function series(length: number, step: number, memory = MEMORY): number[] {
  const error = errorProcess(agentRandom(3, 1, PURPOSE.noise), transitionsOf(memory));
  return Array.from({ length }, () => error.after(step));
}

function correlation(values: readonly number[], lag: number): number {
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  let together = 0;
  for (let i = lag; i < values.length; i++) together += values[i]! * values[i - lag]!;
  return together / (values.length - lag) / variance;
}

/** Of a Gauss-Markov process of memory `tau` averaged over `smoothing`, by theory. */
function theory(lag: number, { tau, smoothing }: typeof MEMORY): number {
  return (tau * Math.exp(-lag / tau) - smoothing * Math.exp(-lag / smoothing)) / (tau - smoothing);
}

describe('the error of a receiver', () => {
  it('has variance 1 and forgets as a smoothed Gauss-Markov process does', () => {
    const values = series(400_000, 1);
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    expect(Math.abs(variance - 1)).toBeLessThan(0.06);
    for (const lag of [1, 10, 30, 90])
      expect(Math.abs(correlation(values, lag) - theory(lag, MEMORY))).toBeLessThan(0.05);
  });

  it.each([7, 30, 300])('is the same process when %i seconds pass between two fixes', (step) => {
    const values = series(60_000, step);
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    expect(Math.abs(variance - 1)).toBeLessThan(0.06);
    expect(Math.abs(correlation(values, 1) - theory(step, MEMORY))).toBeLessThan(0.05);
  });

  it('goes where many small steps lead, on average: transitions multiply', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (a, b) => {
        const transitions = transitionsOf(MEMORY);
        const [first, second, both] = [a, b, a + b].map((seconds) => ({ ...transitions(seconds) }));
        expect(both!.keep).toBeCloseTo(first!.keep * second!.keep, 12);
        expect(both!.hold).toBeCloseTo(first!.hold * second!.hold, 12);
        expect(both!.pass).toBeCloseTo(second!.pass * first!.keep + second!.hold * first!.pass, 12);
        // New covariance: what the first step made, passed on, and what the second made.
        const q11 = (second!.keep * first!.l11) ** 2 + second!.l11 ** 2;
        expect(both!.l11 ** 2).toBeCloseTo(q11, 10);
        const passed = second!.pass * first!.l11 + second!.hold * first!.l21;
        const q22 = passed ** 2 + (second!.hold * first!.l22) ** 2 + second!.l21 ** 2 + second!.l22 ** 2;
        expect(both!.l21 ** 2 + both!.l22 ** 2).toBeCloseTo(q22, 10);
      }),
    );
  });

  it('stays what it is while no time passes', () => {
    const error = errorProcess(agentRandom(1, 1, PURPOSE.noise), transitionsOf(MEMORY));
    const value = error.after(5);
    expect(error.after(0)).toBeCloseTo(value, 12);
  });
});
