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
    within: (from, to) =>
      list(to).reduce((ms, pause) => ms + Math.max(0, Math.min(to, pause.to) - Math.max(from, pause.from)), 0),
    list,
  };
}
