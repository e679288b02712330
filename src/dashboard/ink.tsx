import { render } from 'ink';
import type { Progress, Reporter } from './reporter.ts';
import { Screen, type ScreenState } from './screen.tsx';

/** A frame costs about 17 ms of CPU, so two a second. */
const FRAME_MS = 500;
const RATES_KEPT = 200;

export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly now: () => number;
  readonly title: string;
}

/** The screen of a run on a terminal. Frames are drawn by a timer, never by the news itself. */
export function inkReporter({ stdout, now, title }: Terminal): Reporter {
  let state: ScreenState = {
    title,
    step: 'prepare',
    text: '',
    done: 0,
    total: 0,
    fleet: undefined,
    rates: [],
    notes: [],
    stopping: false,
  };
  let counted = { at: now(), sent: 0 };
  const screen = () => <Screen state={state} columns={stdout.columns ?? 80} />;
  // Ctrl-C is the run's to handle: it drains, and says what it knows.
  const app = render(screen(), { stdout, exitOnCtrlC: false, patchConsole: false });
  const frames = setInterval(() => app.rerender(screen()), FRAME_MS);

  return {
    step(step, text) {
      // Where one run follows another, the figures of the last are not this one's.
      if (step === 'backend') {
        state = { ...state, fleet: undefined, rates: [] };
        counted = { at: now(), sent: 0 };
      }
      state = { ...state, step, text, done: 0, total: 0 };
    },
    progress(done, total) {
      state = { ...state, done, total };
    },
    fleet(fleet) {
      state = { ...state, fleet, done: fleet.connected, total: fleet.devices, rates: ratesWith(fleet) };
    },
    note(note) {
      state = { ...state, notes: [...state.notes, note] };
    },
    stopping() {
      state = { ...state, stopping: true };
    },
    async close() {
      clearInterval(frames);
      app.rerender(screen());
      app.unmount();
      await app.waitUntilExit();
    },
  };

  function ratesWith({ sent, now: at, startedAt }: Progress): readonly number[] {
    if (startedAt === 0 || at - counted.at < 1000) return state.rates;
    const rate = (1000 * (sent - counted.sent)) / (at - counted.at);
    counted = { at, sent };
    return [...state.rates, rate].slice(-RATES_KEPT);
  }
}
