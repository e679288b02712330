import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Series } from '../../src/compare/windows.ts';

/** Normal deviates from a seed. */
export function deviates(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  const uniform = () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * A latency by seconds that remembers: an AR(1) process of logarithms with the coefficient `memory`, times `level`. A window's
 * value is the mean of its seconds.
 */
export function simulatedLatency(seed: number, { seconds = 120, memory = 0.5, level = 1 } = {}): Series {
  const deviate = deviates(seed);
  const values: number[] = [];
  let state = deviate();
  for (let i = 0; i < seconds; i++) {
    state = memory * state + Math.sqrt(1 - memory ** 2) * deviate();
    values.push(8 * level * Math.exp(0.3 * state));
  }
  return {
    length: seconds,
    value: (from, to) => values.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from),
  };
}
