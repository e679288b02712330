import type { Position } from '../model.ts';

/** Where in a list of positions a place occurs, found without walking the list. */
export interface Places {
  /**
   * The first index, `from` or later, whose position is nearer than the tolerance on each axis. `from` must not decrease
   * from one call to the next: what lies before it is forgotten.
   */
  first(place: Position, from: number): number | undefined;
}

/** In tolerances. Positions of up to eight decimals lie in the middle of their cell, so that one cell is looked into. */
const CELL = 10;
const NONE = -1;

/**
 * A grid of cells, each with its indices in order. Cells are named by a number that some may share: whatever is found in
 * one is compared in full.
 */
export function placesOf(list: readonly { readonly position: Position }[], tolerance: number): Places {
  const cell = CELL * tolerance;
  // A tolerance either way, and another for what the division rounds off.
  const reach = 2 * tolerance;
  /** The first index of a cell; each leads to the next of the same cell. */
  const firstIn = new Map<number, number>();
  const following = new Int32Array(list.length).fill(NONE);
  for (let i = list.length - 1; i >= 0; i--) {
    const [x, y] = list[i]!.position;
    const name = nameOf(Math.round(x / cell), Math.round(y / cell));
    following[i] = firstIn.get(name) ?? NONE;
    firstIn.set(name, i);
  }

  function firstInCell(name: number, [x, y]: Position, from: number): number {
    const start = firstIn.get(name);
    if (start === undefined) return NONE;
    let i = start;
    while (i !== NONE && i < from) i = following[i]!;
    if (i === NONE) firstIn.delete(name);
    else if (i !== start) firstIn.set(name, i);
    for (; i !== NONE; i = following[i]!) {
      const [a, b] = list[i]!.position;
      if (Math.abs(x - a) < tolerance && Math.abs(y - b) < tolerance) return i;
    }
    return NONE;
  }

  return {
    first(place, from) {
      const [x, y] = place;
      const [left, right] = [Math.round((x - reach) / cell), Math.round((x + reach) / cell)];
      const [low, high] = [Math.round((y - reach) / cell), Math.round((y + reach) / cell)];
      let found = NONE;
      for (const column of left === right ? [left] : [left, right]) {
        for (const line of low === high ? [low] : [low, high]) {
          const i = firstInCell(nameOf(column, line), place, from);
          if (i !== NONE && (found === NONE || i < found)) found = i;
        }
      }
      return found === NONE ? undefined : found;
    },
  };
}

function nameOf(column: number, line: number): number {
  return column * 1_000_003 + line;
}
