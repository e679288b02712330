/**
 * Work that comes in heaps, done a little at a time: a burst of pushed positions must not hold up a frame. In order, and
 * none is left out.
 */

/** Of each slice, ms; two of them fit into a frame with room to spare. */
const SLICE_MS = 2;
const PAUSE_MS = 5;
/** With more waiting than this, a page that cannot keep up does it all at once. */
const MOST_WAITING = 500;

export interface Slices<Item> {
  add(items: readonly Item[]): void;
}

export function inSlices<Item>(
  work: (item: Item) => void,
  now: () => number = () => performance.now(),
  later: (step: () => void) => void = (step) => setTimeout(step, PAUSE_MS),
): Slices<Item> {
  let waiting: Item[] = [];
  let next = 0;
  let scheduled = false;

  function step(): void {
    scheduled = false;
    const began = now();
    const all = waiting.length - next > MOST_WAITING;
    while (next < waiting.length && (all || now() - began < SLICE_MS)) work(waiting[next++]!);
    if (next < waiting.length) schedule();
    else [waiting, next] = [[], 0];
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    later(step);
  }

  return {
    add(items) {
      for (const item of items) waiting.push(item);
      if (waiting.length > 0) schedule();
    },
  };
}
