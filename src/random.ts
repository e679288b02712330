import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random fractions in [0, 1) that depend on `seed` and `name` alone, so that one device's do not depend on another's. */
export function randomOf(seed: number, name: string): () => number {
  // FNV-1a, then MurmurHash3's finaliser: without that, names that differ in a digit begin with numbers that are close.
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const generator = xoroshiro128plus(hash ^ (hash >>> 16));
  return () => (generator.next() >>> 0) / 2 ** 32;
}
