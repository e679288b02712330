/** The four files that trip-simulator writes, and their flags. */
export const KINDS = ['probes', 'traces', 'changes', 'trips'] as const;
export type Kind = (typeof KINDS)[number];

/** Lines of a row of seconds. */
export interface Lines {
  readonly bytes: Uint8Array;
  /** Where the lines of each second end. */
  readonly ends: Uint32Array;
}

/** What a block of agents has to say of one window of time: of each kind that is wanted. */
export type BlockLines = { readonly [kind in Kind]?: Lines };

/** The lines of several blocks in one piece: by second, within it by block. All have the same seconds. */
export function mergeSeconds(blocks: readonly Lines[]): Uint8Array {
  const merged = Buffer.allocUnsafeSlow(blocks.reduce((sum, { ends }) => sum + (ends.at(-1) ?? 0), 0));
  const seconds = blocks[0]?.ends.length ?? 0;
  let at = 0;
  for (let second = 0; second < seconds; second++) {
    for (const { bytes, ends } of blocks) {
      const [from, to] = [second === 0 ? 0 : ends[second - 1]!, ends[second]!];
      if (from === to) continue;
      merged.set(bytes.subarray(from, to), at);
      at += to - from;
    }
  }
  return merged;
}
