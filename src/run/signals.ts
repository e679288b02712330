/** Ending a run in good order: the first signal stops it, the second (or the deadline) cuts off what is in flight. */
export interface Ending {
  /** Sleepers wake, what is in flight finishes, logs flush, the report says "interrupted". */
  readonly stop: AbortSignal;
  /** What is in flight is cut off; the report says what is known. */
  readonly abort: AbortSignal;
  /** Asks to stop; a second time, to abort. */
  request(): void;
  /** Takes the signal handlers off again. */
  release(): void;
}

/** How long a stopping run may drain. */
const DRAIN_MS = 15_000;

/** Ends by `request` alone. What is stopping may take `drainMs`; `Infinity` is as long as it takes. */
export function newEnding(onRequest: (nth: number) => void = () => {}, drainMs = DRAIN_MS): Ending {
  const [stop, abort] = [new AbortController(), new AbortController()];
  let requests = 0;
  let deadline: NodeJS.Timeout | undefined;
  return {
    stop: stop.signal,
    abort: abort.signal,
    request() {
      requests++;
      onRequest(requests);
      if (requests > 1) return abort.abort();
      stop.abort();
      if (drainMs === Number.POSITIVE_INFINITY) return;
      deadline = setTimeout(() => abort.abort(), drainMs);
      deadline.unref();
    },
    release: () => clearTimeout(deadline),
  };
}

/** The same, and by SIGINT and SIGTERM until released. */
export function endOnSignals(onRequest?: (nth: number) => void, drainMs?: number): Ending {
  const ending = newEnding(onRequest, drainMs);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, ending.request);
  return {
    ...ending,
    release() {
      ending.release();
      for (const signal of signals) process.off(signal, ending.request);
    },
  };
}
