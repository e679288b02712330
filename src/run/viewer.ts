import { once } from 'node:events';
import type { Clock, Epoch } from '../clock.ts';
import type { Reporter } from '../dashboard/reporter.ts';
import { startReceiver } from '../receiver/receiver.ts';
import type { Target } from '../target.ts';
import type { Backend } from './backend.ts';
import { brokenBy } from './broken-by.ts';
import type { RunOptions } from './options.ts';
import type { RunDirectory } from './run-directory.ts';

/** The run's view of the backend from outside: what a map would show, and afterwards what was stored. */
export interface Viewer {
  /** Positions seen so far; undefined where there is no query API to look through. */
  seen(): number | undefined;
  /** Aborted, with what happened, when it sees no more. */
  readonly broken: AbortSignal;
  /** Resolves once nothing has changed for a while: no new position shown, no new line of ingest log. @throws what broke it */
  settle(options: SettleOptions): Promise<void>;
  /** Reads the whole history of every device over [from, to) of sample time. */
  sweep(window: SampleWindow, reporter: Reporter, abort: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Of sample times, epoch ms: [from, to). */
export interface SampleWindow {
  readonly from: number;
  readonly to: number;
}

interface SettleOptions {
  readonly backend: Backend;
  readonly clock: Clock;
  /** How long "a while" is, ms. */
  readonly quietMs: number;
  readonly abort: AbortSignal;
  readonly reporter: Reporter;
}

/** A backlog longer than this is no longer waited for; what it holds is then reported as lost or unexplained. */
const SETTLE_AT_MOST_MS = 600_000;
const LOOK_EVERY_MS = 250;

/** Amazon Location answers 50 history requests a second (account default); leave room for the map's own. */
const REAL_SWEEP_RATE = 40;

export async function openViewer(
  { pollMs, shard }: Pick<RunOptions, 'pollMs' | 'shard'>,
  devices: readonly string[],
  target: Target,
  { received, history }: RunDirectory,
  epoch: Epoch,
): Promise<Viewer> {
  if (target.queryEndpoint === undefined) return noViewer();
  const receiver = await startReceiver({
    target,
    out: received,
    intervalMs: pollMs,
    // The trackers hold other shards' devices too.
    ...(shard === undefined ? {} : { devices }),
    epoch,
  });
  const broken = brokenBy(receiver.failed);
  const ratePerSecond = target.locationEndpoint === undefined ? REAL_SWEEP_RATE / (shard?.of ?? 1) : undefined;
  return {
    seen: () => receiver.snapshot.seen,
    broken,
    async settle({ abort, ...options }) {
      // Without rounds, what it waits for would never come.
      await quiet(() => receiver.snapshot, { ...options, abort: AbortSignal.any([abort, broken]) });
      broken.throwIfAborted();
    },
    async sweep({ from, to }, reporter, abort) {
      if (abort.aborted) return;
      const cut = once(abort, 'abort').then(() => ({ failed: devices.length }));
      const swept = receiver.sweep({
        devices,
        from,
        to,
        out: history,
        concurrency: 8,
        ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
        onProgress: (done, total) => reporter.progress(done, total),
      });
      swept.catch(() => {}); // where it was cut off, nobody waits for it
      const { failed } = await Promise.race([swept, cut]);
      if (failed > 0)
        reporter.note(
          `the history of ${failed} devices could not be read; what was not seen of them stays unexplained`,
        );
    },
    stop: () => receiver.stop(),
  };
}

/**
 * Two rounds must have ended since the last change: the first may have begun before it, the second has looked at all that
 * is stored.
 */
async function quiet(
  watching: () => { seen: number; rounds: number },
  { backend, clock, quietMs, abort, reporter }: SettleOptions,
): Promise<void> {
  const begun = clock.now();
  let [last, since, roundsThen] = ['', begun, 0];
  while (!abort.aborted && clock.now() - begun < SETTLE_AT_MOST_MS) {
    const { seen, rounds } = watching();
    const state = `${seen} ${await backend.ingested()}`;
    const now = clock.now();
    if (state !== last) [last, since, roundsThen] = [state, now, rounds];
    if (now - since >= quietMs && rounds >= roundsThen + 2) return;
    reporter.progress(Math.round(now - since), quietMs);
    await clock.until(now + LOOK_EVERY_MS);
  }
}

function noViewer(): Viewer {
  const broken = new AbortController().signal;
  return { seen: () => undefined, broken, settle: async () => {}, sweep: async () => {}, stop: async () => {} };
}
