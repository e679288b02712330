import type { Edge } from './graph.ts';

/**
 * The nodes of the largest strongly connected component: from each of them every other can be reached, so that no trip
 * ever fails for want of a way. Tarjan's algorithm, with a stack of its own because cities are deeper than ours.
 */
export function largestStrongComponent(nodeCount: number, edges: readonly Edge[]): Uint8Array {
  const rows: number[][] = Array.from({ length: nodeCount }, () => []);
  for (const { from, to } of edges) rows[from]!.push(to);
  const order = new Int32Array(nodeCount).fill(-1);
  const low = new Int32Array(nodeCount);
  const onStack = new Uint8Array(nodeCount);
  const open: number[] = [];
  let [counter, largest] = [0, [] as number[]];

  for (let root = 0; root < nodeCount; root++) {
    if (order[root] !== -1) continue;
    const path: { node: number; next: number }[] = [{ node: root, next: 0 }];
    while (path.length > 0) {
      const step = path.at(-1)!;
      const { node } = step;
      if (step.next === 0) {
        order[node] = low[node] = counter++;
        open.push(node);
        onStack[node] = 1;
      }
      const target = rows[node]![step.next++];
      if (target !== undefined) {
        if (order[target] === -1) path.push({ node: target, next: 0 });
        else if (onStack[target]) low[node] = Math.min(low[node]!, order[target]!);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) low[parent.node] = Math.min(low[parent.node]!, low[node]!);
      if (low[node] !== order[node]) continue;
      const component = open.splice(open.lastIndexOf(node));
      for (const member of component) onStack[member] = 0;
      if (component.length > largest.length) largest = component;
    }
  }
  const member = new Uint8Array(nodeCount);
  for (const node of largest) member[node] = 1;
  return member;
}
