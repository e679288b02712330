/**
 * How late the engine is at half of its maximum rate, beside a bare timer that does nothing, alternating in one run.
 *
 *     npm run bench:lateness -- [--seconds 12] [--rounds 3] [--connections 1000] [--rate N, by default half of the maximum]
 *
 * The first two seconds are told apart: what is late there is the compiler's. The engine's own part is the time since its
 * device was free: the rest is what answers took.
 *
 * PASS: in the median of the rounds, the engine's 99th percentile is within 2 ms of the timer's, and its rate within 0.1 %
 * of what was asked.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aside } from './aside.ts';
import { startBenchBroker } from './bench-broker.ts';
import type { LatenessResult, LatenessTask } from './lateness-side.ts';
import type { SenderResult, SenderTask } from './session-sender.ts';

const WITHIN_MS = 2;
const WITHIN_RATE = 0.001;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '1000' },
    rate: { type: 'string' },
  },
});
const [seconds, rounds, connections] = [values.seconds, values.rounds, values.connections].map(Number);

const broker = await startBenchBroker();
try {
  const common = {
    port: broker.port,
    tls: undefined,
    qos: 1,
    connections: connections!,
    caFile: broker.caFile,
  } as const;
  const rate = values.rate === undefined ? Math.round((await most(common)) / 2) : Number(values.rate);
  process.stdout.write(`rate:${rate}/s, ${connections} connections, ${seconds} s a round; ${broker.name}\n\n`);
  process.stdout.write(
    `${'late, ms'.padEnd(10)}${['p50', 'p99', 'max', 'own part p99', 'first 2 s p99', 'achieved/s'].map((s) => s.padStart(15)).join('')}\n`,
  );
  const found: Record<LatenessTask['side'], LatenessResult[]> = { timer: [], engine: [] };
  for (let round = 0; round < rounds!; round++) {
    for (const side of ['timer', 'engine'] as const) {
      const result = await inDirectory<LatenessResult>('lateness-side.ts', {
        ...common,
        side,
        rate,
        messages: Math.round(rate * seconds!),
      });
      found[side].push(result);
      const { p50, p99, max, lagP99, leadInP99, achieved } = result;
      const cells = [p50, p99, max, lagP99, leadInP99, achieved].map((x) => x.toFixed(2).padStart(15));
      process.stdout.write(`${side.padEnd(10)}${cells.join('')}\n`);
    }
  }
  const p99 = (side: LatenessTask['side']) => median(found[side].map((result) => result.p99));
  const behind = p99('engine') - p99('timer');
  const off = median(found.engine.map(({ achieved }) => Math.abs(achieved / rate - 1)));
  const [onTime, exact] = [behind <= WITHIN_MS, off <= WITHIN_RATE];
  process.stdout.write(
    `\n${onTime ? 'PASS' : 'FAIL'} p99 ${behind.toFixed(2)} ms beyond the timer's, of at most ${WITHIN_MS}\n` +
      `${exact ? 'PASS' : 'FAIL'} rate off by ${(off * 100).toFixed(3)} %, of at most ${WITHIN_RATE * 100} %\n`,
  );
  process.exitCode = onTime && exact ? 0 : 1;
} finally {
  await broker.stop();
}

/** Messages a second, as fast as answers come. */
async function most(common: Omit<SenderTask, 'side' | 'messages' | 'dir'>): Promise<number> {
  const task = { ...common, side: 'engine', messages: 100_000 };
  const { messages, seconds } = await inDirectory<SenderResult>('session-sender.ts', task);
  return messages / seconds;
}

async function inDirectory<Result>(file: string, task: object): Promise<Result> {
  const dir = await mkdtemp(join(broker.dir, 'side-'));
  try {
    return await aside<Result>(file, { ...task, dir });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function median(of: readonly number[]): number {
  return of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)]!;
}
