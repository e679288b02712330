import { describe, expect, it } from 'vitest';
import { progressLine } from '../src/progress-line.ts';

function written(isTTY: boolean, steps: readonly (readonly [ms: number, done: number])[], total = 100, unit = '') {
  let [text, now] = ['', 0];
  const write = (piece: string) => {
    text += piece;
    return true;
  };
  const stream = { isTTY, write };
  const line = progressLine('Provisioning', stream as never, () => now, unit);
  for (const [ms, done] of steps) {
    now = ms;
    line.update(done, total);
  }
  line.end();
  return text;
}

describe('progressLine', () => {
  it('renews one line with a bar on a terminal, ten times a second at most', () => {
    const steps = [
      [0, 0],
      [50, 1],
      [100, 25],
      [1000, 50],
      [2000, 100],
    ] as const;
    const [none, quarter, half, all] = [0, 6, 12, 24].map((full) => '█'.repeat(full) + '░'.repeat(24 - full));
    expect(written(true, steps)).toBe(
      `\rProvisioning: ${none} 0 of 100\u001b[K\rProvisioning: ${quarter} 25 of 100, 250/s\u001b[K` +
        `\rProvisioning: ${half} 50 of 100, 50/s, 1 s left\u001b[K\rProvisioning: ${all} 100 of 100, 50/s\u001b[K\n`,
    );
  });

  it('writes a line every five seconds elsewhere, and the last', () => {
    const steps = [
      [0, 0],
      [1000, 10],
      [5000, 50],
      [5100, 51],
      [10_000, 100],
    ] as const;
    expect(written(false, steps)).toBe(
      'Provisioning: 0 of 100\nProvisioning: 50 of 100, 10/s, 5 s left\nProvisioning: 100 of 100, 10/s\n',
    );
  });

  it.each([
    [[60_000, 1_200_000], '1,200,000 of 3,600,000 probes, 20,000/s, 2 min left'],
    [[60_000, 10_000], '10,000 of 3,600,000 probes, 167/s, 5 h 59 min left'],
    [[60_000, 3_599_999], '3,599,999 of 3,600,000 probes, 60,000/s, 1 s left'],
  ] as const)('says at %j how long the rest will take', (step, expected) => {
    expect(written(false, [step], 3_600_000, 'probes')).toBe(`Provisioning: ${expected}\n`);
  });
});
