/** Ids of nodes in ascending order, each once, and the place of each, NaN until it is found. */
export interface NodeTable {
  readonly ids: Float64Array;
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  /** The number of an id, or -1. Quick where ids are asked for in ascending order. */
  find(id: number): number;
}

/** An eighth of what a Map of them needs: trip-simulator keeps all nodes in one, and a large city ends it. */
export function nodeTable(refs: Float64Array): NodeTable {
  refs.sort();
  let count = 0;
  for (let i = 0; i < refs.length; i++) if (i === 0 || refs[i] !== refs[i - 1]) refs[count++] = refs[i]!;
  const ids = refs.slice(0, count);
  let cursor = 0;
  return {
    ids,
    lon: new Float64Array(count).fill(Number.NaN),
    lat: new Float64Array(count).fill(Number.NaN),
    find(id) {
      if (ids[cursor] === id) return cursor;
      let [low, high] = [0, count];
      // Files are sorted: the next one is most often near.
      if (ids[cursor]! < id) {
        low = cursor + 1;
        let step = 1;
        for (; low + step < count && ids[low + step]! < id; step *= 2) low += step;
        high = Math.min(count, low + step + 1);
      }
      while (low < high) {
        const half = (low + high) >> 1;
        if (ids[half]! < id) low = half + 1;
        else high = half;
      }
      cursor = Math.min(low, count - 1);
      return ids[low] === id ? low : -1;
    },
  };
}
