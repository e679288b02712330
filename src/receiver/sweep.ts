import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import { type LineLog, openLineLog } from '../line-log.ts';
import type { StoredLine, SweptLine } from '../logs.ts';
import type { Target } from '../target.ts';
import { trackerOf } from '../tracker-of.ts';
import { type HistoryPosition, type QueryApi, QueryFailure } from './query.ts';

/** Plain data: it goes to the thread as it is. */
export interface SweepRequest {
  readonly devices: readonly string[];
  /** Window of sample time, epoch ms: from (inclusive), to (exclusive). */
  readonly from: number;
  readonly to: number;
  /** history.ndjson; a new file. */
  readonly out: string;
  /** Devices read at a time. */
  readonly concurrency: number;
  /** Requests a second, at most; absent: as fast as they are answered. */
  readonly ratePerSecond?: number | undefined;
}

/** Every device is one or the other. Those that an abort left unread are failed. */
export interface SweepResult {
  readonly swept: number;
  readonly failed: number;
}

export interface SweepOptions {
  readonly api: QueryApi;
  readonly target: Pick<Target, 'trackerPrefix' | 'trackerCount'>;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/**
 * Reads the history of every device over the window. The lines of a device are written together, once all of its pages
 * have been read, so that none is there without its `swept`.
 * @throws RunError where the file cannot be written
 */
export async function sweepHistory(request: SweepRequest, options: SweepOptions): Promise<SweepResult> {
  const { devices, concurrency, out } = request;
  const { signal, onProgress } = options;
  const log = openLineLog(out);
  const limit = pLimit(Math.max(1, concurrency));
  let [done, swept, full] = [0, 0, false];
  log.failed.catch(() => {
    full = true;
  });
  await limit.map(devices, async (device) => {
    if (full || signal.aborted) return;
    if (await sweepDevice(device, request, options, log)) swept++;
    onProgress(++done);
  });
  await log.close();
  return { swept, failed: devices.length - swept };
}

/** Whether its whole history has been read. */
async function sweepDevice(
  device: string,
  { from, to }: SweepRequest,
  { api, target }: SweepOptions,
  log: LineLog,
): Promise<boolean> {
  const tracker = `${target.trackerPrefix}${trackerOf(device, target.trackerCount)}`;
  let positions: HistoryPosition[];
  try {
    positions = await api.history(tracker, device, from, to);
  } catch (error) {
    if (error instanceof QueryFailure) return false;
    throw error;
  }
  for (const position of positions) log.write(JSON.stringify({ id: device, ...position } satisfies StoredLine));
  log.write(JSON.stringify({ swept: device, from, to, stored: positions.length } satisfies SweptLine));
  return true;
}

/** Spaces requests evenly. */
export function evenly(clock: Clock, ratePerSecond: number): () => Promise<boolean> {
  let nextAt = 0;
  return () => {
    const at = Math.max(clock.now(), nextAt);
    nextAt = at + 1000 / ratePerSecond;
    return clock.until(at);
  };
}
