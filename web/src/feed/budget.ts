/** The viewer's share of the account's read quota: requests go out evenly spaced, in the order they were asked for. */
export function readBudget(
  perSecond: number,
  now: () => number,
  sleep: (ms: number, signal: AbortSignal) => Promise<void> = sleepFor,
): (signal: AbortSignal) => Promise<void> {
  let nextAt = 0;
  return async (signal) => {
    const at = Math.max(now(), nextAt);
    nextAt = at + 1000 / perSecond;
    if (at > now()) await sleep(at - now(), signal);
    signal.throwIfAborted();
  };
}

function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', abort, { once: true });
    function done() {
      signal.removeEventListener('abort', abort);
      resolve();
    }
    function abort() {
      clearTimeout(timer);
      reject(signal.reason);
    }
  });
}
