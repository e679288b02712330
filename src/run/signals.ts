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

/** Listens for SIGINT and SIGTERM until released. What is stopping may take `drainMs`; `Infinity` is as long as it takes. */
export function endOnSignals(onRequest: (nth: number) => void = () => {}, drainMs = DRAIN_MS): Ending {
  const [stop, abort] = [new AbortController(), new AbortController()];
  let requests = 0;
  let deadline: NodeJS.Timeout | undefined;
  const request = () => {
    requests++;
    onRequest(requests);
    if (requests === 1) {
      stop.abort();
      if (drainMs === Number.POSITIVE_INFINITY) return;
      deadline = setTimeout(() => abort.abort(), drainMs);
      deadline.unref();
    } else abort.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, request);
  return {
    stop: stop.signal,
    abort: abort.signal,
    request,
    release() {
      clearTimeout(deadline);
      for (const signal of signals) process.off(signal, request);
    },
  };
}
