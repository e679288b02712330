import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeHistogram, newHistogram, percentilesOf, recordMs } from '../../src/histogram.ts';
import type { Summary } from '../../src/run/summary.ts';
import type { Slice } from '../../src/workers/timeline.ts';

const START = 1_795_519_292_000;

/** A step's seconds: what it sent in each, how long answers took, how late the generator was, and how many had no answer. */
export interface Second {
  readonly sent: number;
  readonly responseMs?: number;
  readonly lagMs?: number;
  readonly unknown?: number;
}

export function stepOf(seconds: readonly Second[], more: Partial<Summary> = {}): { summary: Summary; slices: Slice[] } {
  const total = { response: newHistogram(), service: newHistogram(), late: newHistogram(), lag: newHistogram() };
  const slices = seconds.map(({ sent, responseMs = 5, lagMs = 1, unknown = 0 }, i): Slice => {
    const [response, lag] = [newHistogram(), newHistogram()];
    for (let n = 0; n < sent; n++) {
      recordMs(lag, lagMs);
      if (n >= unknown) recordMs(response, responseMs);
    }
    for (const name of ['response', 'service'] as const) total[name].add(response);
    for (const name of ['late', 'lag'] as const) total[name].add(lag);
    const [answered, delayed] = [encodeHistogram(response), encodeHistogram(lag)];
    return {
      from: START + i * 1000,
      to: START + (i + 1) * 1000,
      sent,
      acknowledged: sent - unknown,
      failed: 0,
      unknown,
      failures: unknown > 0 ? { 'no-answer': unknown } : {},
      inFlight: 0,
      latencies: { response: answered, service: answered, late: delayed, lag: delayed },
    };
  });
  const sum = (name: 'sent' | 'acknowledged' | 'unknown') => slices.reduce((n, { [name]: one }) => n + one, 0);
  const summary = {
    out: '',
    devices: 20,
    connectFailures: {},
    sent: sum('sent'),
    acknowledged: sum('acknowledged'),
    failed: 0,
    unknown: sum('unknown'),
    failures: {},
    lost: 0,
    refused: 0,
    response: percentilesOf(total.response),
    service: percentilesOf(total.service),
    late: percentilesOf(total.late),
    lag: percentilesOf(total.lag),
    firstSentAt: START,
    lastDoneAt: START + seconds.length * 1000,
    seconds: seconds.length,
    cpuSeconds: 1,
    coresWhileSending: 0.25,
    interrupted: false,
    ...more,
  } as Partial<Summary> as Summary;
  return { summary, slices };
}

/** As `simctl run` leaves it, where a search looks. */
export function writeStep(out: string, seconds: readonly Second[], more: Partial<Summary> = {}): Summary {
  const { summary, slices } = stepOf(seconds, { ...more, out });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'summary.json'), JSON.stringify(summary));
  writeFileSync(join(out, 'plan.json'), '{}');
  writeFileSync(join(out, 'timeline.ndjson'), slices.map((slice) => `${JSON.stringify(slice)}\n`).join(''));
  return summary;
}
