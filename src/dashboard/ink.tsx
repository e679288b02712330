import { render } from 'ink';
import { newHistory } from './history.ts';
import type { Keys } from './keys.ts';
import type { Reporter } from './reporter.ts';
import { keepState, type RunState } from './run-state.ts';
import { Screen } from './screen.tsx';

/** Two frames a second, which bench/dashboard.ts measures … */
const FRAME_MS = 500;
/** … and fewer where they cost more than this share of the time: the CPU is for sending. */
const MOST_SHARE = 0.025;
const SLOWEST_FRAME_MS = 2000;

export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly title: string;
  readonly colours: boolean;
  readonly keys?: Keys | undefined;
}

/** The screen of a run on a terminal. Frames are drawn by a timer, and at a key; never by the news itself. */
export function inkReporter({ stdout, stdin, title, colours, keys }: Terminal): Reporter {
  let history = newHistory();
  let state: RunState | undefined;
  let closing = false;
  const keeper = keepState((now, changed) => {
    if (changed === 'step' && now.fleet === undefined) history = newHistory();
    if (changed === 'fleet' && now.fleet) history.add(now.fleet);
    // What a key has just done shows at once.
    const atOnce = now.fleet?.stage !== state?.fleet?.stage || changed === 'stopping';
    state = now;
    if (atOnce) draw();
  });
  const screen = () => (
    <Screen
      title={title}
      state={state ?? { step: 'prepare', text: '', done: 0, total: 0, notes: [], stopping: false }}
      history={history}
      columns={stdout.columns ?? 80}
      rows={stdout.rows ?? 24}
      colours={colours}
      // Whoever pipes something in has no keys; and the last frame, which stays, names none.
      keys={stdin.isTTY && !closing ? keys : undefined}
    />
  );
  // Ctrl-C is the run's to handle: it drains, and says what it knows.
  const options = { stdout, stdin, exitOnCtrlC: false, patchConsole: false };
  const app = render(screen(), options);
  function draw(): void {
    app.rerender(screen());
  }
  let next: NodeJS.Timeout;
  let before = 0;
  (function frame(): void {
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    draw();
    // Neither is this thread's CPU alone: one counts what waits for a core, the other what workers do meanwhile.
    const { user, system } = process.cpuUsage(cpu);
    const took = Math.min(performance.now() - begun, (user + system) / 1000);
    // The lesser of two: the first frame, or one that the system interrupted, says nothing of the next.
    const wait = Math.min(took, before) / MOST_SHARE;
    before = took;
    next = setTimeout(frame, Math.min(SLOWEST_FRAME_MS, Math.max(FRAME_MS, wait)));
  })();
  stdout.on('resize', draw);

  return {
    ...keeper,
    watches: true,
    async close() {
      clearTimeout(next);
      stdout.off('resize', draw);
      closing = true;
      draw();
      app.unmount();
      await app.waitUntilExit();
    },
  };
}
