/**
 * Whether a long run's memory is flat: `simctl run` as it is built, at a steady rate against a broker, its memory and CPU
 * time looked at from outside every so often.
 *
 *     npm run bench:soak -- [--minutes 60] [--rate 300] [--devices 300] [--every 60 seconds]
 *
 * Flat: over the last half of the samples, the line of least squares rises by at most 5 % of their mean.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startBenchBroker } from './bench-broker.ts';
import { writeFleet } from './bench-fleet.ts';
import { flatness } from './flatness.ts';
import { processStatus } from './process-status.ts';

/** Of the mean, over the last half. */
const MOST_GROWTH = 0.05;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '300' },
    devices: { type: 'string', default: '300' },
    every: { type: 'string', default: '60' },
  },
});
const [minutes, rate, devices, everySeconds] = [values.minutes, values.rate, values.devices, values.every].map(Number);

const broker = await startBenchBroker();
try {
  // A little more, so that the last look is not at the analysis that follows.
  const fixesEach = Math.ceil(((minutes! * 60 + 5) * rate!) / devices!);
  const fleet = await writeFleet(join(broker.dir, 'fleet'), devices!, fixesEach);
  const out = join(broker.dir, 'run');
  const child = spawn(
    process.execPath,
    [
      ...[fileURLToPath(new URL('../bin/run.js', import.meta.url)), 'run', '--transport', 'mqtt', '--live', '--json'],
      ...['--broker', `mqtt://127.0.0.1:${broker.port}`, '--dataset', fleet.dir, '--out', out],
      ...['--pace', `rate:${rate}/s`, '--workers', '1', '--settle', '0'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const begun = performance.now();
  const samples: { minutes: number; rss: number; own: number; cpuSeconds: number }[] = [];
  process.stdout.write(`${devices} devices, ${rate} updates/s for ${minutes} minutes; ${broker.name}\n\n`);
  process.stdout.write('minute   RSS MiB   own MiB   % of a core\n');
  const look = () => {
    const sample = { minutes: (performance.now() - begun) / 60_000, ...processStatus(child.pid!) };
    const before = samples[samples.length - 1] ?? { minutes: 0, cpuSeconds: 0 };
    const core = (100 * (sample.cpuSeconds - before.cpuSeconds)) / ((sample.minutes - before.minutes) * 60);
    const cells = [sample.minutes, sample.rss, sample.own, core].map((x) => x.toFixed(1));
    process.stdout.write(
      `${cells[0]!.padStart(6)}${cells[1]!.padStart(10)}${cells[2]!.padStart(10)}${cells[3]!.padStart(14)}\n`,
    );
    samples.push(sample);
  };
  for (let n = 1; n * everySeconds! <= minutes! * 60; n++) {
    const due = begun + n * everySeconds! * 1000 - performance.now();
    const over = await Promise.race([ended.then(() => true), sleep(due).then(() => false)]);
    if (over) break;
    look();
  }
  const [code] = await ended;
  const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
  const { slopePerHour, growth, mean } = flatness(samples.map(({ minutes, rss: mib }) => ({ minutes, mib })));
  const flat = growth <= MOST_GROWTH;
  process.stdout.write(
    `\nthe last half: ${mean.toFixed(1)} MiB, ${slopePerHour.toFixed(2)} MiB an hour, ${(growth * 100).toFixed(2)} % of it: ${flat ? 'flat' : 'NOT FLAT'}\n`,
  );
  const { sent, acknowledged, cpuSeconds, response, lag } = summary;
  process.stdout.write(
    `exit code ${code}; ${acknowledged} of ${sent} acknowledged, ${((cpuSeconds / sent) * 1e6).toFixed(0)} CPU-s per million; ms: response p99 ${response.p99}, lag p99 ${lag.p99}\n`,
  );
  process.exitCode = flat && code === 0 ? 0 : 1;
} finally {
  await broker.stop();
}
