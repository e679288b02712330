import type { Snapshot } from '../workers/snapshot.ts';

/** The steps of a run, in order. */
export type Step = 'prepare' | 'backend' | 'provision' | 'connect' | 'run' | 'settle' | 'sweep' | 'metrics' | 'analyse';

/** How far the fleet is: a snapshot, and what it is measured against. */
export interface Progress extends Snapshot {
  planned: number;
  /** Length of the schedule in ms; 0 where there is none. */
  scheduledMs: number;
  /** What the viewer has seen so far; absent where there is none. */
  seen?: number;
  /** Where the run has several, one after the other. */
  phase?: { readonly name: string; readonly index: number; readonly of: number; readonly endsInMs: number };
}

/** Where a run's news goes while it lasts: a screen, plain lines, or nowhere. */
export interface Reporter {
  /** It draws what costs the workers something to tell: positions, and a spectrum of latencies. */
  readonly watches?: boolean;
  /** A step has begun; `text` says what is being done. */
  step(step: Step, text: string): void;
  /** How far the step is. */
  progress(done: number, total: number): void;
  fleet(progress: Progress): void;
  /** Something that a person should know and keep. */
  note(text: string): void;
  /** The run has been asked to stop. */
  stopping(): void;
  /** Leaves the terminal as it was; nothing is drawn after it. */
  close(): Promise<void>;
}

export function silentReporter(): Reporter {
  return { step() {}, progress() {}, fleet() {}, note() {}, stopping() {}, close: async () => {} };
}
