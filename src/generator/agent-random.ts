import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** What an agent draws for; a stream of its own for each. */
export const PURPOSE = {
  trips: 0,
  noise: 1,
  phase: 2,
  ids: 3,
  driving: 4,
  receiver: 5,
  motion: 6,
  dropouts: 7,
  events: 8,
  depot: 9,
} as const;
export type Purpose = (typeof PURPOSE)[keyof typeof PURPOSE];

/** Draws of one agent for one purpose. */
export interface AgentRandom {
  /** A fraction in [0, 1). */
  fraction(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** Of the standard normal distribution. */
  normal(): number;
}

/**
 * A stream that depends on nothing but (seed, agent, purpose): what one agent draws, or how often, moves no other, so
 * that the output is the same for any number of threads and any `--every`.
 */
export function agentRandom(seed: number, agent: number, purpose: Purpose): AgentRandom {
  const state = [0n, 1n].map((half) =>
    mix64((BigInt(seed) << 2n) ^ mix64((BigInt(agent) << 8n) | BigInt(purpose << 1) | half)),
  );
  const words = state.flatMap((word) => [Number(word & 0xffffffffn) | 0, Number(word >> 32n) | 0]);
  const generator = xoroshiro128plusFromState(words);
  const fraction = () => (generator.next() >>> 0) / 2 ** 32;
  return {
    fraction,
    below: (below) => Math.floor(fraction() * below),
    // Box and Muller; 1 - x, because the logarithm of 0 is none.
    normal: () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction()),
  };
}

/** The finaliser of SplitMix64: neighbouring inputs, unrelated outputs. */
function mix64(value: bigint): bigint {
  let z = BigInt.asUintN(64, value + 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
