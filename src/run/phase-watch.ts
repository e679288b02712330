import type { Progress } from '../dashboard/reporter.ts';
import { durationText } from '../duration.ts';
import type { Snapshot } from '../workers/snapshot.ts';
import type { Slice } from '../workers/timeline.ts';
import { type Phase, phaseAt } from './phases.ts';

/** Follows a run through its phases, if it has any. */
export interface PhaseWatch {
  /** Where it is; a new phase is said once. */
  of(snapshot: Snapshot): Pick<Progress, 'phase'>;
  /** Epoch ms of the first phase; undefined before. */
  readonly start: number | undefined;
  /** The slice, with the name of the phase that most of it lies in. */
  labelled(slice: Slice): Slice;
}

export function watchPhases(phases: readonly Phase[] = [], note: (text: string) => void): PhaseWatch {
  let [said, pausedMs] = [-1, 0];
  let start: number | undefined;
  return {
    get start() {
      return start;
    },
    of({ startedAt, now, pausedMs: paused, stage }) {
      if (phases.length === 0 || startedAt === 0 || now < startedAt || stage === 'draining') return {};
      const phase = phaseAt(phases, now - startedAt - paused);
      if (phase === undefined) return {};
      if (phase.index !== said) {
        const { seconds } = phases[phase.index]!;
        note(`Phase ${phase.index + 1} of ${phases.length}: ${phase.name}, ${durationText(seconds * 1000)}`);
        said = phase.index;
      }
      return { phase };
    },
    labelled(slice) {
      start ??= slice.from;
      const middle = (slice.from + slice.to - (slice.pausedMs ?? 0)) / 2;
      const name = phaseAt(phases, middle - start - pausedMs)?.name;
      pausedMs += slice.pausedMs ?? 0;
      return name === undefined ? slice : { ...slice, phase: name };
    },
  };
}
