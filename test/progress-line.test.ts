import { describe, expect, it } from 'vitest';
import { progressLine } from '../src/progress-line.ts';

function written(isTTY: boolean, steps: readonly (readonly [ms: number, done: number])[]): string {
  let [text, now] = ['', 0];
  const write = (piece: string) => {
    text += piece;
    return true;
  };
  const stream = { isTTY, write };
  const line = progressLine('Provisioning', stream as never, () => now);
  for (const [ms, done] of steps) {
    now = ms;
    line.update(done, 100);
  }
  line.end();
  return text;
}

describe('progressLine', () => {
  it('renews one line on a terminal, ten times a second at most', () => {
    const steps = [
      [0, 0],
      [50, 1],
      [100, 20],
      [1000, 100],
    ] as const;
    expect(written(true, steps)).toBe(
      '\rProvisioning: 0 of 100\u001b[K\rProvisioning: 20 of 100, 200/s\u001b[K\rProvisioning: 100 of 100, 100/s\u001b[K\n',
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
      'Provisioning: 0 of 100\nProvisioning: 50 of 100, 10/s\nProvisioning: 100 of 100, 10/s\n',
    );
  });
});
