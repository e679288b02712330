import { describe, expect, it } from 'vitest';
import { randomOf } from '../src/random.ts';

describe('randomOf', () => {
  it('is the same for the same seed and name', () => {
    const draw = (seed: number, name: string) => Array.from({ length: 5 }, randomOf(seed, name));
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
  });

  it.each([0, 1, 2])('spreads draw %i of names that are alike evenly over [0, 1)', (n) => {
    const tenths = new Array(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const random = randomOf(42, `device-${i}`);
      for (let skip = 0; skip < n; skip++) random();
      tenths[Math.floor(random() * 10)]++;
    }
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(130); // four standard deviations
  });
});
