/** One side of bench/lateness.ts: keeps to a rate, and says how late it was. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { newHistogram, percentilesOf, recordMs } from '../src/histogram.ts';
import { runEngine } from './engine-sender.ts';
import type { SenderTask } from './session-sender.ts';

export interface LatenessTask extends Omit<SenderTask, 'side'> {
  readonly side: 'timer' | 'engine';
  readonly rate: number;
}

export interface LatenessResult {
  /** Due → sent, ms, after the lead-in. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly leadInP99: number;
  /** Ready → sent: the 99th percentile without what devices waited for answers. */
  readonly lagP99: number;
  /** A second, from the first send to the last. */
  readonly achieved: number;
}

/** So long the compiler may take to see everything first; that time is told apart. */
const LEAD_IN_MS = 2000;

/** What was due when, and sent when: both ms on one clock. */
class Lateness {
  readonly #late = newHistogram();
  readonly #leadIn = newHistogram();
  readonly #lag = newHistogram();
  #dueFirst = Number.POSITIVE_INFINITY;
  #first = Number.POSITIVE_INFINITY;
  #last = 0;
  #count = 0;

  /** Of all, the first that is due must be added first. */
  add(dueAt: number, sentAt: number, readyAt = dueAt): void {
    this.#dueFirst = Math.min(this.#dueFirst, dueAt);
    const isLeadIn = dueAt < this.#dueFirst + LEAD_IN_MS;
    recordMs(isLeadIn ? this.#leadIn : this.#late, sentAt - dueAt);
    if (!isLeadIn) recordMs(this.#lag, sentAt - readyAt);
    this.#first = Math.min(this.#first, sentAt);
    this.#last = Math.max(this.#last, sentAt);
    this.#count++;
  }

  result(): LatenessResult {
    const achieved = ((this.#count - 1) * 1000) / (this.#last - this.#first);
    const [leadIn, lag] = [this.#leadIn, this.#lag].map((histogram) => percentilesOf(histogram).p99);
    return { ...percentilesOf(this.#late), leadInP99: leadIn!, lagP99: lag!, achieved };
  }
}

/** The least that Node can do: one timer for the next that is due, which does nothing. */
async function timer({ rate, messages }: LatenessTask): Promise<LatenessResult> {
  const lateness = new Lateness();
  const start = performance.now() + 100;
  let n = 0;
  await new Promise<void>((resolve) => {
    const wake = () => {
      for (let now = performance.now(), due = dueAt(n); n < messages && due <= now; due = dueAt(++n))
        lateness.add(due, now);
      if (n === messages) resolve();
      else setTimeout(wake, dueAt(n) - performance.now());
    };
    setTimeout(wake, 100);
  });
  return lateness.result();

  function dueAt(nth: number): number {
    return start + (nth * 1000) / rate;
  }
}

async function engine(task: LatenessTask): Promise<LatenessResult> {
  await runEngine(task);
  const lateness = new Lateness();
  const free = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(join(task.dir, 'sent-0.ndjson')) })) {
    const { id, dueAt, sentAt, doneAt } = JSON.parse(line);
    lateness.add(dueAt, sentAt, Math.max(dueAt, free.get(id) ?? 0));
    free.set(id, doneAt);
  }
  return lateness.result();
}

process.once('message', async (task: LatenessTask) => {
  const result = await (task.side === 'timer' ? timer(task) : engine(task));
  process.send!(result, () => process.disconnect());
});
