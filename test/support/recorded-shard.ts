import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeHistogram, histogramLog, newHistogram, percentilesOf, recordMs } from '../../src/histogram.ts';
import { HISTOGRAMS } from '../../src/run/merge-shards.ts';
import type { Slice } from '../../src/workers/timeline.ts';

/** Epoch ms. */
export const START = 1_800_000_000_000;

export interface RecordedShard {
  readonly index: number;
  readonly of: number;
  /** Milliseconds, one an update. */
  readonly latencies: readonly number[];
  /** Epoch ms of its first second; START unless it began in its own time. */
  readonly startedAt?: number;
  readonly plan?: object;
  readonly options?: object;
  readonly summary?: object;
}

/** A shard's directory, as far as a merge reads it. */
export async function recordedShard(place: string, name: string, part: RecordedShard): Promise<void> {
  const { index, of, latencies, startedAt = START, plan = {}, options = {}, summary = {} } = part;
  await mkdir(place, { recursive: true });
  const histogram = newHistogram();
  for (const ms of latencies) recordMs(histogram, ms);
  const sent = latencies.length;
  const write = (file: string, value: object) => writeFile(join(place, file), `${JSON.stringify(value)}\n`);
  await write('plan.json', {
    devices: 1,
    updates: sent,
    fixes: sent,
    fleet: { devices: of, updates: 12 },
    shard: { index, of, saidBy: '--shard' },
    transport: 'iot',
    pace: { kind: 'replay', speed: 1 },
    shards: [],
    fleetId: 'f1',
    shift: 0,
    options: { thresholds: ['sent == 12', 'service.max < 1s in every 2s'], lagLimitMs: 1e6, out: name, ...options },
    target: { name: 'local', mqttHost: 'localhost', mqttPort: 8883 },
    ...plan,
  });
  const backend = { seen: sent, superseded: 0, filtered: 0, refused: 0, lost: 0, unexplained: 0 };
  const none = { seen: 0, superseded: 0, filtered: 0, refused: 0, lost: 0, unexplained: 0 };
  await write('summary.json', {
    devices: 1,
    connectFailures: {},
    sent,
    acknowledged: sent,
    failed: 0,
    unknown: 0,
    failures: {},
    ...backend,
    refusals: {},
    duplicated: 0,
    reordered: 0,
    negative: 0,
    notes: [],
    cross: { acknowledged: backend, failed: none, unknown: none },
    evidence: { received: true, sweptDevices: 1, ingest: true },
    firstSentAt: START + index,
    lastDoneAt: START + 1000 * sent,
    cpuSeconds: 1,
    interrupted: false,
    saturated: false,
    clock: { source: 'chrony', offsetMs: 0.1, withinMs: 0.5 + index },
    ...Object.fromEntries(HISTOGRAMS.map((name) => [name, percentilesOf(histogram)])),
    ...summary,
  });
  const histograms = Object.fromEntries(HISTOGRAMS.map((name) => [name, histogram]));
  await writeFile(join(place, 'latency.hlog'), histogramLog(histograms, START, START + 1000));
  const slices = latencies.map((ms, second) => slice(startedAt + second * 1000, 1000, [ms]));
  await writeFile(join(place, 'timeline.ndjson'), slices.map((one) => `${JSON.stringify(one)}\n`).join(''));
  for (const log of ['sent-00', 'received', 'history', 'ingest', 'fates']) {
    const line = (n: number) => {
      const at = startedAt + n * 1000 + 1;
      return JSON.stringify({ id: name, seq: n, ...(log === 'sent-00' && { dueAt: at, sentAt: at, doneAt: at + 1 }) });
    };
    await writeFile(join(place, `${log}.ndjson`), latencies.map((_, n) => `${line(n)}\n`).join(''));
  }
}

export function slice(from: number, ms: number, latencies: readonly number[]): Slice {
  const histogram = newHistogram();
  for (const latency of latencies) recordMs(histogram, latency);
  const encoded = encodeHistogram(histogram);
  return {
    from,
    to: from + ms,
    sent: latencies.length,
    acknowledged: latencies.length,
    failed: 0,
    unknown: 0,
    failures: {},
    inFlight: 1,
    latencies: { response: encoded, service: encoded, late: encoded, lag: encoded },
  };
}
