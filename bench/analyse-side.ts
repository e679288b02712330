/** One side of bench/analyse.ts, in a process of its own: prints its CPU time, its time and its peak memory. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';

const [side, dir, workers] = process.argv.slice(2) as ['scan' | 'simctl', string, string?];
const files = ['sent.ndjson', 'received.ndjson'].map((name) => join(dir, name));

/** The least that must be done: each byte is looked at. */
async function scan(): Promise<string> {
  let [newlines, digits] = [0, 0];
  for (const file of files) {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i]!;
        if (byte === 0x0a) newlines++;
        else if (byte >= 0x30 && byte <= 0x39) digits++;
      }
    }
  }
  return `${newlines} lines, ${digits} digits`;
}

async function simctl(): Promise<string> {
  const { analyseRun } = await import('../src/analyser/analyse.ts');
  const { sent, seen, unexplained, endToEnd } = await analyseRun({
    sent: [files[0]!],
    received: files[1]!,
    workers: Number(workers ?? 1),
  });
  return `${seen} of ${sent} seen, ${unexplained} unexplained, p99 ${(endToEnd.getValueAtPercentile(99) / 1000).toFixed(0)} ms`;
}

const began = process.cpuUsage();
const beganAt = performance.now();
const found = await (side === 'scan' ? scan() : simctl());
const { user, system } = process.cpuUsage(began);
process.stdout.write(
  JSON.stringify({
    cpuSeconds: (user + system) / 1e6,
    seconds: (performance.now() - beganAt) / 1000,
    megabytes: process.resourceUsage().maxRSS / 1024,
    found,
  }),
);
