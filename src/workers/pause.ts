/** A person's hand on a run: each toggle holds it, or lets it go on. */
export interface PauseSwitch {
  toggle(): void;
  /** Calls `listener` at each toggle, until the function that it returns is called. */
  listen(listener: () => void): () => void;
}

export function newPauseSwitch(): PauseSwitch {
  const listeners = new Set<() => void>();
  return {
    toggle() {
      for (const listener of listeners) listener();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** While nothing was sent: epoch ms. All that was still due moved on by as much. */
export interface Pause {
  readonly from: number;
  readonly to: number;
}

/** When a run was paused, so far. */
export interface Pauses {
  readonly paused: boolean;
  begin(now: number): void;
  /** @returns how long it was paused, ms */
  end(now: number): number;
  /** How much of [from, to) was paused, ms. */
  within(from: number, to: number): number;
  /** All of them; one that goes on ends `now`. */
  list(now: number): Pause[];
}

export function newPauses(): Pauses {
  const over: Pause[] = [];
  let since: number | undefined;
  const list = (now: number) => (since === undefined ? [...over] : [...over, { from: since, to: now }]);
  return {
    get paused() {
      return since !== undefined;
    },
    begin(now) {
      since = now;
    },
    end(now) {
      const from = since ?? now;
      over.push({ from, to: now });
      since = undefined;
      return now - from;
    },
    within: (from, to) => pausedWithin(list(to), from, to),
    list,
  };
}

/** How much of [from, to) lies in pauses that do not overlap, ms. */
export function pausedWithin(pauses: readonly Pause[], from: number, to: number): number {
  return pauses.reduce((ms, pause) => ms + Math.max(0, Math.min(to, pause.to) - Math.max(from, pause.from)), 0);
}

/**
 * When at least `least` of several runs beside each other were held, each with its own pauses:
 *
 *     one     ├──────┤      ├──┤
 *     other       ├─────┤   ├──┤
 *     1       ├─────────┤   ├──┤
 *     2           ├──┤      ├──┤
 *
 * @param least 1 is their union, as many as there are runs is what they have in common
 * @returns in order of time, without overlap
 */
export function heldTogether(runs: readonly (readonly Pause[])[], least: number): Pause[] {
  const turns = runs
    .flatMap((pauses) => pauses.filter(({ from, to }) => from < to))
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    // What ends as another begins goes on: no pause is cut in two by a machine that takes over from another.
    .toSorted((a, b) => a.at - b.at || b.by - a.by);
  const together: Pause[] = [];
  let [held, since] = [0, 0];
  for (const { at, by } of turns) {
    if (by > 0 && held + 1 === least) since = at;
    if (by < 0 && held === least && at > since) together.push({ from: since, to: at });
    held += by;
  }
  return together;
}
