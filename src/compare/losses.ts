/** When the updates that were lost or refused had been sent: what a timeline, which knows the sender alone, does not say. */
import { existsSync } from 'node:fs';
import { readLog } from '../analyser/read-log.ts';
import type { RecordedRun } from '../run/recorded-run.ts';
import { openRunDirectory } from '../run/run-directory.ts';
import type { Slice } from '../workers/timeline.ts';

/** A slice of a run; absent where nobody knows, and then no rate is taken from it. */
export interface SliceWithLosses extends Slice {
  readonly lost?: number;
  readonly refused?: number;
}

/** The run with its losses by slice, from its fates.ndjson; as it was, where that does not tell them. */
export async function withLosses<Run extends Pick<RecordedRun, 'dir' | 'slices' | 'summary'>>(
  run: Run,
): Promise<Omit<Run, 'slices'> & { readonly slices: readonly SliceWithLosses[] }> {
  const { slices, summary } = run;
  if (slices.length === 0) return run;
  const counts = slices.map(() => ({ lost: 0, refused: 0 }));
  let [lost, refused] = [0, 0];
  const { fates } = openRunDirectory(run.dir);
  if (summary.lost + summary.refused > 0 && existsSync(fates)) {
    await readLog(fates, ({ backend, sentAt }) => {
      if ((backend !== 'lost' && backend !== 'refused') || typeof sentAt !== 'number') return;
      if (backend === 'lost') lost++;
      else refused++;
      counts[sliceAt(slices, sentAt)]![backend]++;
    });
  }
  // A list of an earlier version says no time; half a list would be a better run than it was.
  if (lost !== summary.lost || refused !== summary.refused) return run;
  return { ...run, slices: slices.map((slice, i) => ({ ...slice, ...counts[i]! })) };
}

/** The last slice that begins no later; what was sent before the first one or after the last belongs to it. */
function sliceAt(slices: readonly Slice[], at: number): number {
  let [low, high] = [0, slices.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slices[middle]!.from <= at) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
