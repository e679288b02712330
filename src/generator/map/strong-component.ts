/** Rows of successors: those of item i are target[first[i]] … target[first[i + 1] - 1]. */
export interface Rows {
  readonly first: Uint32Array;
  readonly target: Uint32Array;
}

/**
 * The largest strongly connected component, 1 by member: from each of them every other can be reached, and itself again,
 * so that no trip ever fails for want of a way. None, where nothing leads back to where it was. Tarjan's algorithm, with a stack of its own because cities are deeper than ours.
 */
export function largestStrongComponent({ first, target }: Rows): Uint8Array {
  const count = first.length - 1;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const next = first.slice();
  const [path, open] = [new Uint32Array(count), new Uint32Array(count)];
  const onStack = new Uint8Array(count);
  let [visited, depth, height] = [0, 0, 0];
  let largest = new Uint32Array();

  const enter = (item: number) => {
    order[item] = low[item] = visited++;
    path[depth++] = item;
    open[height++] = item;
    onStack[item] = 1;
  };
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    enter(root);
    while (depth > 0) {
      const item = path[depth - 1]!;
      if (next[item]! < first[item + 1]!) {
        const successor = target[next[item]!++]!;
        if (order[successor] === -1) enter(successor);
        else if (onStack[successor] === 1) low[item] = Math.min(low[item]!, order[successor]!);
        continue;
      }
      depth--;
      if (depth > 0) low[path[depth - 1]!] = Math.min(low[path[depth - 1]!]!, low[item]!);
      if (low[item] !== order[item]) continue;
      const top = height;
      do onStack[open[--height]!] = 0;
      while (open[height] !== item);
      // A single item from which nothing leads back to it is no component: one could leave it, and never return.
      const returns = top - height > 1 || target.subarray(first[item]!, first[item + 1]!).includes(item);
      if (returns && top - height > largest.length) largest = open.slice(height, top);
    }
  }
  const member = new Uint8Array(count);
  for (const item of largest) member[item] = 1;
  return member;
}
