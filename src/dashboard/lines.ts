import type { Progress, Reporter, Step } from './reporter.ts';

const FLEET_EVERY_MS = 5000;
const PROGRESS_EVERY_MS = 5000;

/** Plain lines for pipes and CI: a line a step, and one every five seconds while it lasts. */
export function lineReporter(write: (line: string) => void, now: () => number): Reporter {
  let [toldAt, started] = [0, 0];
  let step: Step | undefined;
  const elapsed = () => `${((now() - started) / 1000).toFixed(1)} s`;
  const end = () => {
    if (step !== undefined) write(`  done in ${elapsed()}`);
    step = undefined;
  };
  let stopping = false;
  return {
    step(next, text) {
      end();
      [step, started, toldAt] = [next, now(), now()];
      write(text);
    },
    progress(done, total) {
      if (now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = now();
      write(`  ${done} of ${total}`);
    },
    fleet(progress) {
      if (now() - toldAt < FLEET_EVERY_MS) return;
      toldAt = now();
      write(`  ${fleetLine(progress)}`);
    },
    note: write,
    // Said at every signal; the second says nothing new.
    stopping() {
      if (!stopping) write('  stopping: what is in flight finishes; another signal cuts it off');
      stopping = true;
    },
    close: async () => end(),
  };
}

/** One line that says how the fleet is doing. */
export function fleetLine(p: Progress): string {
  if (p.startedAt === 0)
    return `${p.connected} of ${p.devices} connected${p.connectFailed > 0 ? `, ${p.connectFailed} failed` : ''}`;
  const seconds = Math.max(0.001, (p.now - p.startedAt) / 1000);
  return [
    `${p.sent}/${p.planned} sent (${(p.sent / seconds).toFixed(0)}/s)`,
    `${p.inFlight} in flight`,
    p.failed + p.unknown > 0 ? `${p.failed} failed, ${p.unknown} unknown` : 'no failures',
    `response p50 ${p.response.p50.toFixed(1)} p99 ${p.response.p99.toFixed(1)} ms`,
    `late p99 ${p.late.p99.toFixed(1)} ms`,
    ...(p.seen === undefined ? [] : [`${p.seen} seen`]),
  ].join(', ');
}
