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

/**
 * The share that is lost, in percent, by seconds of 40 updates: a backend that is well for a while and ill for a while, with
 * the chance `turn` to change its state in a second; it loses `level` percent of all.
 */
export function simulatedLoss(seed: number, { seconds = 120, turn = 0.3, level = 2 } = {}): Series {
  const generator = xoroshiro128plus(seed);
  const uniform = () => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
  const lost: number[] = [];
  let isIll = uniform() < 0.5;
  for (let i = 0; i < seconds; i++) {
    if (uniform() < turn) isIll = !isIll;
    let count = 0;
    for (let n = 0; n < 40; n++) if (uniform() < (isIll ? level / 50 : 0)) count++;
    lost.push(count);
  }
  return {
    length: seconds,
    value: (from, to) => (100 * lost.slice(from, to).reduce((sum, n) => sum + n, 0)) / (40 * (to - from)),
  };
}
