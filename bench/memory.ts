/**
 * What a run of `simctl run`, as it is built, takes of memory at most, and what its stand-in does: the figures that
 * `simctl doctor` reckons with (src/doctor/machine.ts), beside what it would say.
 *
 *     npm run bench:memory -- [--devices 100,1100]
 *
 * Over MQTT with TLS, each device with a certificate of its own; Linux alone, whose kernel keeps the peak (VmHWM).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { memoryWanted } from '../src/doctor/machine.ts';

/** Between two looks; what grows after the last is not seen. */
const EVERY_MS = 100;

const { values } = parseArgs({ options: { devices: { type: 'string', default: '100,1100' } } });
const fleets = values.devices.split(',').map(Number);
const bin = fileURLToPath(new URL('../bin/run.js', import.meta.url));
const dir = await mkdtemp(join(tmpdir(), 'simctl-bench-memory-'));
try {
  process.stdout.write('peak MB         run  stand-in    doctor wants of both\n');
  const peaks = [];
  for (const devices of fleets) {
    const peak = await peakOf(devices);
    peaks.push({ devices, ...peak });
    const wanted = memoryWanted({ devices, updates: 1, standIn: true }) / 1e6;
    const cells = [
      peak.run.toFixed(0).padStart(9),
      peak.standIn.toFixed(0).padStart(10),
      wanted.toFixed(0).padStart(10),
    ];
    process.stdout.write(`${`${devices} devices`.padEnd(14)}${cells.join('')}\n`);
  }
  const [first, last] = [peaks[0]!, peaks.at(-1)!];
  const more = last.devices - first.devices;
  if (more > 0) {
    const each = (which: 'run' | 'standIn') => ((1000 * (last[which] - first[which])) / more).toFixed(0);
    process.stdout.write(`\nkB for each device more: ${each('run')} and ${each('standIn')}\n`);
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** MB of the two processes of a run. */
async function peakOf(devices: number): Promise<{ run: number; standIn: number }> {
  const out = join(dir, `${devices}`);
  const words = [bin, 'run', '--agents', `${devices}`, '--seconds', '120', '--out', out];
  const env = { ...process.env, SIMCTL_HOME: join(dir, 'home') };
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const peak = { run: 0, standIn: 0 };
  let code: number | null | undefined;
  while (code === undefined) {
    peak.run = Math.max(peak.run, peakMb(child.pid!));
    for (const pid of childrenOf(child.pid!)) peak.standIn = Math.max(peak.standIn, peakMb(pid));
    code = await Promise.race([ended.then(([exit]) => exit), sleep(EVERY_MS).then(() => undefined)]);
  }
  if (code !== 0 && code !== 4) throw new Error(`the run of ${devices} devices ended with exit code ${code}`);
  return peak;
}

/** 0 of a process that has ended. */
function peakMb(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return (Number(kib ?? 0) * 1024) / 1e6;
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
