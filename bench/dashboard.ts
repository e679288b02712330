/**
 * What a run's screen costs: the CPU of a process that is told of a fleet four times a second, and draws it twice a second
 * into a terminal that takes everything, page by page and in two sizes, less that of
 * one that is told and draws nothing.
 *
 *     npm run bench:dashboard [-- --seconds 6]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Progress, type Reporter, silentReporter } from '../src/dashboard/reporter.ts';
import { PAGES } from '../src/dashboard/view.ts';
import type { Percentiles } from '../src/histogram.ts';
import { randomOf } from '../src/random.ts';
import { SPECTRUM } from '../src/workers/snapshot.ts';
import { fakeTerminal } from '../test/support/terminal.ts';

// As on a person's terminal: with colours, and by React's production build, which is chosen when it is loaded.
process.env.FORCE_COLOR ??= '2';
process.env.NODE_ENV = 'production';
const { inkReporter } = await import('../src/dashboard/ink.tsx');

const LIMIT_PERCENT = 5;
const SNAPSHOT_EVERY_MS = 250;
const WORKERS = 8;
const POSITIONS = 512;
/** So long a run lies behind it: sparklines and trails are full. */
const PAST_SECONDS = 600;
const WARM_UP_MS = 2000;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '6' } } });
const measured = Number(values.seconds) * 1000;

const random = randomOf(1, 'dashboard');
const courier = () => ({ at: [11.9 + 0.2 * random(), 57.65 + 0.1 * random()] as const });
const couriers = Array.from({ length: POSITIONS }, courier);
const startedAt = 1_800_000_000_000;

/** The fleet at `ms` after its start; all figures move. */
function snapshot(ms: number): Progress {
  const sent = Math.round(ms / 2);
  const percentiles = (): Percentiles => {
    const p50 = 5 + random();
    return { count: sent, p50, p90: 2 * p50, p95: 3 * p50, p99: 4 * p50, p999: 6 * p50, max: 90 };
  };
  for (const one of couriers) one.at = [one.at[0] + 1e-4 * (random() - 0.5), one.at[1] + 1e-4 * (random() - 0.5)];
  const counts = { sent, acknowledged: sent, failed: 3, unknown: 0, inFlight: 30 + Math.round(9 * random()) };
  const connections = { disconnects: 0, reconnects: 0, redeliveries: 0 };
  const second = Math.floor(ms / 1000) * 1000;
  const [response, service, late, lag] = [percentiles(), percentiles(), percentiles(), percentiles()];
  return {
    ...counts,
    ...connections,
    failures: { 'no-answer': 3 },
    stage: 'running',
    devices: 10_000,
    connected: 10_000,
    connectFailed: 0,
    connectFailures: {},
    startedAt,
    now: startedAt + ms,
    pausedMs: 0,
    response,
    service,
    late,
    lag,
    workers: Array.from({ length: WORKERS }, (_, i) => ({
      ...counts,
      ...connections,
      failures: {},
      devices: 1250,
      connected: 1250,
      connectFailed: 0,
      response: 20 + i,
      lag: 0.5,
    })),
    second: {
      from: startedAt + second,
      to: startedAt + second + 1000,
      sent: 480 + Math.round(40 * random()),
      failed: 0,
      unknown: 0,
      response,
      service,
      late,
      lag,
    },
    spectrum: { response: SPECTRUM.map((at) => 5 + random() + at / 3), service: SPECTRUM.map((at) => 4 + at / 4) },
    positions: couriers.map(({ at }) => at),
    planned: 1_000_000,
    scheduledMs: 2_000_000,
  };
}

/** @returns per cent of a core, and what `frames` counted meanwhile, a second */
async function cost(reporter: Reporter, frames = () => 0): Promise<{ percent: number; rate: number }> {
  let ms = 0;
  reporter.step('run', 'Sending 1000000 updates, pace rate:500/s');
  for (; ms < PAST_SECONDS * 1000; ms += 1000) reporter.fleet(snapshot(ms));
  const news = setInterval(() => {
    ms += SNAPSHOT_EVERY_MS;
    reporter.fleet(snapshot(ms));
  }, SNAPSHOT_EVERY_MS);
  await sleep(WARM_UP_MS);
  const [before, begun, drawn] = [process.cpuUsage(), performance.now(), frames()];
  await sleep(measured);
  const { user, system } = process.cpuUsage(before);
  const lasted = performance.now() - begun;
  const percent = (user + system) / 10 / lasted;
  const rate = (1000 * (frames() - drawn)) / lasted;
  clearInterval(news);
  await reporter.close();
  return { percent, rate };
}

const { percent: told } = await cost(silentReporter());
console.log(`told of ${POSITIONS} positions and ${WORKERS} workers, drawing nothing: ${told.toFixed(2)} % of a core`);
let most = 0;
for (const [columns, rows] of [
  [80, 24],
  [200, 50],
] as const) {
  for (const [i, page] of PAGES.entries()) {
    const terminal = fakeTerminal(columns, rows);
    let frames = 0;
    const { write } = terminal.stdout;
    terminal.stdout.write = (text: string) => {
      if (text.includes('simctl run')) frames++;
      return write(text);
    };
    const keys = { stop() {}, stopText: 'stop' };
    const reporter = inkReporter({ ...terminal, title: 'simctl run', colours: true, keys });
    setTimeout(() => terminal.press(String(i + 1)), WARM_UP_MS / 2);
    const { percent: all, rate } = await cost(reporter, () => frames);
    const percent = all - told;
    most = Math.max(most, percent);
    const size = `${columns}×${rows}`.padEnd(8);
    console.log(`${size}${page.padEnd(10)}${percent.toFixed(2).padStart(6)} % of a core, ${rate.toFixed(1)} frames/s`);
  }
}
console.log(`${most < LIMIT_PERCENT ? 'PASS' : 'FAIL'}: at most ${most.toFixed(2)} %, of ${LIMIT_PERCENT} allowed`);
process.exitCode = most < LIMIT_PERCENT ? 0 : 1;
