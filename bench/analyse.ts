/**
 * What it costs to analyse two logs, beside a bare scan of the same bytes for newlines and digits; and beside the 2022
 * project's method, in Python, on logs of a size that it can bear.
 *
 *     npm run bench:analyse -- [--lines 1000000] [--lines 10000000 …] [--rounds 2] [--seed 1]
 *
 * Lines are of each log; "threads" is simctl with a thread a core, "simctl" with one. The sides alternate, each in a process of its own; the best of the rounds counts. Ten million
 * lines take 3.2 GB of disk in the system's directory for temporary files, and about five minutes.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { randomOf } from '../src/random.ts';

interface Cost {
  cpuSeconds: number;
  seconds: number;
  megabytes: number;
  found: string;
}

const { values } = parseArgs({
  options: {
    lines: { type: 'string', multiple: true, default: ['1000000'] },
    rounds: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
  },
});
const sizes = values.lines.map(Number);
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
/** What the paper's method is given. */
const PAPER_LINES = Math.min(200_000, ...sizes);
const FIXES = 240;

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const dir = await mkdtemp(join(tmpdir(), 'simctl-bench-analyse-'));
try {
  for (const lines of sizes)
    await bench('simctl and a bare scan', lines, {
      scan: (of) => side('scan', of),
      simctl: (of) => side('simctl', of),
      threads: (of) => side('simctl', of, availableParallelism()),
    });
  await bench("simctl and the 2022 project's method", PAPER_LINES, {
    python: async (of) =>
      JSON.parse(
        (await run('python3', [here('./paper-method.py'), join(of, 'sent.ndjson'), join(of, 'received.ndjson')]))
          .stdout,
      ),
    simctl: (of) => side('simctl', of),
  });
} finally {
  await rm(dir, { recursive: true, force: true });
}

async function side(which: 'scan' | 'simctl', of: string, workers = 1): Promise<Cost> {
  const { stdout } = await run(process.execPath, [
    '--import',
    'tsx',
    here('./analyse-side.ts'),
    which,
    of,
    `${workers}`,
  ]);
  return JSON.parse(stdout);
}

async function bench(title: string, n: number, sides: Record<string, (of: string) => Promise<Cost>>): Promise<void> {
  const of = join(dir, String(n));
  const bytes = await writeLogs(of, n);
  print(`${title}: two logs of ${n.toLocaleString('en')} lines, ${(bytes / 1e6).toFixed(0)} MB, seed ${seed}`);
  const best = new Map<string, Cost>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(sides)) {
      const cost = await measure(of).catch((error) => {
        print(`  ${name}: not to be had here (${String(error.message).split('\n')[0]})`);
        return undefined;
      });
      if (cost && cost.cpuSeconds < (best.get(name)?.cpuSeconds ?? Number.POSITIVE_INFINITY)) best.set(name, cost);
    }
  }
  for (const [name, { cpuSeconds, seconds, megabytes, found }] of best)
    print(
      `  ${name.padEnd(8)}${cpuSeconds.toFixed(2).padStart(8)} CPU-s ${((1e6 * cpuSeconds) / n).toFixed(2).padStart(6)} per million ${seconds.toFixed(2).padStart(7)} s ${megabytes.toFixed(0).padStart(6)} MB   ${found}`,
    );
  await rm(of, { recursive: true });
  const [first, second] = [...best.values()];
  if (first && second)
    print(
      `  simctl takes ${(second.cpuSeconds / first.cpuSeconds).toFixed(2)} times the CPU of ${[...best.keys()][0]}\n`,
    );
}

/** Logs as a run writes them: devices interleaved, a fix each 30 s, seen within a second or so. @returns their bytes */
async function writeLogs(of: string, n: number): Promise<number> {
  await mkdir(of, { recursive: true });
  const random = randomOf(seed, 'logs');
  const devices = Math.ceil(n / FIXES);
  const sent = createWriteStream(join(of, 'sent.ndjson'));
  const received = createWriteStream(join(of, 'received.ndjson'));
  const start = 1_764_000_000_000;
  let texts: [string, string] = ['', ''];
  for (let i = 0; i < n; i++) {
    const device = i % devices;
    const seq = Math.floor(i / devices);
    const id = `SIM${String(device).padStart(6, '0')}-${String((device * 7919) % 10_000).padStart(4, '0')}`;
    const sampleTime = 1_763_000_000_000 + seq * 30_000 + device;
    const position = `[${(11.9 + random() / 10).toFixed(7)},${(57.7 + random() / 10).toFixed(7)}]`;
    const sentAt = start + (i * 1000) / 400 + random();
    const doneAt = sentAt + 2 + 10 * random();
    const seenAt = doneAt + 20 + 1000 * random();
    texts[0] += `{"id":"${id}","seq":${seq},"sampleTime":${sampleTime},"position":${position},"dueAt":${(sentAt - 0.5).toFixed(3)},"sentAt":${sentAt.toFixed(3)},"doneAt":${doneAt.toFixed(3)}}\n`;
    texts[1] += `{"id":"${id}","sampleTime":${sampleTime},"position":${position},"notBefore":${(seenAt - 1000).toFixed(3)},"seenAt":${seenAt.toFixed(3)}}\n`;
    if (i % 2000 !== 1999 && i < n - 1) continue;
    for (const [k, stream] of [sent, received].entries())
      if (!stream.write(texts[k as 0 | 1])) await once(stream, 'drain');
    texts = ['', ''];
  }
  await Promise.all([sent, received].map((stream) => new Promise((resolve) => stream.end(resolve))));
  return ['sent', 'received'].reduce((sum, name) => sum + statSync(join(of, `${name}.ndjson`)).size, 0);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
