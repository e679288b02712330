import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random fractions in [0, 1) that depend on `seed` and `name` alone, so that one device's do not depend on another's. */
export function randomOf(seed: number, name: string): () => number {
  // FNV-1a: names that differ in one letter give unrelated seeds.
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  const generator = xoroshiro128plus(seed ^ hash);
  return () => (generator.next() >>> 0) / 2 ** 32;
}
