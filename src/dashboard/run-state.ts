import type { Progress, Reporter, Step } from './reporter.ts';

/** All that is known of a run at one moment. Plain JSON: it is a line of `/snapshots`, and what the screen is drawn from. */
export interface RunState {
  readonly step: Step;
  /** What is being done. */
  readonly text: string;
  /** Of the step, where it counts something. */
  readonly done: number;
  readonly total: number;
  /** Absent before the fleet begins to connect. */
  readonly fleet?: Progress;
  /** What a person should know and keep, oldest first. */
  readonly notes: readonly string[];
  /** It has been asked to stop. */
  readonly stopping: boolean;
}

/** A reporter that keeps what it is told, and says so at each change. */
export function keepState(onChange: (state: RunState, changed: keyof Reporter) => void): Reporter {
  let state: RunState = { step: 'prepare', text: '', done: 0, total: 0, notes: [], stopping: false };
  const set = (changed: keyof Reporter, part: Partial<RunState>) => {
    state = { ...state, ...part };
    onChange(state, changed);
  };
  return {
    step(step, text) {
      // Where one run follows another, the figures of the last are not this one's.
      if (step === 'backend') {
        const { fleet: _, ...rest } = state;
        state = rest;
      }
      set('step', { step, text, done: 0, total: 0 });
    },
    progress: (done, total) => set('progress', { done, total }),
    fleet(fleet) {
      const connecting = state.step === 'connect' ? { done: fleet.connected, total: fleet.devices } : {};
      set('fleet', { fleet, ...connecting });
    },
    note: (note) => set('note', { notes: [...state.notes, note] }),
    stopping: () => set('stopping', { stopping: true }),
    close: async () => {},
  };
}
