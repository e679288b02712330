import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noFindings } from '../../src/analyser/findings.ts';
import { encodeHistogram, histogramLog, newHistogram, recordMs } from '../../src/histogram.ts';
import { randomOf } from '../../src/random.ts';
import { type Summary, summarise } from '../../src/run/summary.ts';
import { LATENCIES, type Latencies } from '../../src/workers/protocol.ts';
import type { Slice } from '../../src/workers/timeline.ts';

export interface RecordedAs {
  readonly devices?: number;
  readonly seconds?: number;
  readonly seed?: number;
  /** Of the service, ms. */
  readonly latency?: number;
  /** Of 1,000 sends, so many get no answer. */
  readonly failedPerMille?: number;
  /** Of 1,000 that were acknowledged, so many are lost afterwards. */
  readonly lostPerMille?: number;
  /** In this second, and in it alone, all are. */
  readonly lostSecond?: number;
  readonly concurrency?: number;
  readonly throttles?: number;
  /** Of each device; what is in the logs as well as in the figures. */
  readonly deviceId?: (n: number) => string;
  readonly summary?: Partial<Summary>;
}

export const START = 1_795_519_292_000;

/** Writes a run's directory as `simctl run` leaves it: 40 updates a second, with logs of them. @returns its path */
export function recordedRun(dir: string, as: RecordedAs = {}): string {
  const { devices = 20, seconds = 60, seed = 1, latency = 10, failedPerMille = 0, lostPerMille = 0 } = as;
  const { deviceId = (n: number) => `D-${n}`, concurrency = 2, throttles = 0 } = as;
  mkdirSync(join(dir, 'stand-in'), { recursive: true });
  const random = randomOf(seed, 'recorded run');
  const fresh = () =>
    Object.fromEntries(LATENCIES.map((name) => [name, newHistogram()])) as Record<
      keyof Latencies,
      ReturnType<typeof newHistogram>
    >;
  const total = fresh();
  const findings = noFindings();
  findings.devices = devices;
  const lines = {
    sent: [] as object[],
    received: [] as object[],
    ingest: [] as object[],
    fates: [] as object[],
    metrics: [] as object[],
    timeline: [] as object[],
  };
  const failures: Record<string, number> = {};
  let seq = 0;
  for (let second = 0; second < seconds; second++) {
    const now = fresh();
    const from = START + second * 1000;
    let failed = 0;
    for (let i = 0; i < 40; i++, seq++) {
      const sentAt = from + i * 25;
      const service = latency * (0.5 + random() + (random() < 0.02 ? 8 : 0));
      const late = random();
      const isFailed = random() * 1000 < failedPerMille;
      const id = deviceId(seq % devices);
      const sampleTime = START - 1e8 + Math.floor(seq / devices) * 30_000;
      const position = [
        11.9 + (seq % devices) * 0.003 + second * 0.0004,
        57.7 + Math.sin(second / 9 + (seq % devices)) * 0.01,
      ];
      recordMs(now.late, late);
      recordMs(now.lag, late);
      const isLost = !isFailed && (second === as.lostSecond || (lostPerMille > 0 && random() * 1000 < lostPerMille));
      if (isFailed) failed++;
      else if (isLost) {
        recordMs(now.service, service);
        recordMs(now.response, service + late);
        findings.lost++;
        const verdict = { sender: 'acknowledged', backend: 'lost', evidence: 'nobody knows it' };
        lines.fates.push({ id, seq: Math.floor(seq / devices), sampleTime, sentAt, ...verdict });
      } else {
        recordMs(now.service, service);
        recordMs(now.response, service + late);
        recordMs(findings.endToEnd, service + 500 * random());
        recordMs(findings.publishToStore, service * 2);
        lines.received.push({ id, sampleTime, position, notBefore: sentAt, seenAt: sentAt + service + 400 });
        lines.ingest.push({ ingest: 1, at: sentAt + service, id, sampleTime });
      }
      lines.sent.push({
        id,
        seq: Math.floor(seq / devices),
        sampleTime,
        position,
        dueAt: sentAt - late,
        sentAt,
        doneAt: sentAt + service,
        ...(isFailed ? { failure: 'no-answer' } : {}),
      });
    }
    for (const name of LATENCIES) total[name].add(now[name]);
    findings.seen += 40 - failed;
    findings.acknowledged += 40 - failed;
    findings.unknown += failed;
    if (failed > 0) failures['no-answer'] = (failures['no-answer'] ?? 0) + failed;
    lines.timeline.push({
      from,
      to: from + 1000,
      sent: 40,
      acknowledged: 40 - failed,
      failed: 0,
      unknown: failed,
      failures: failed > 0 ? { 'no-answer': failed } : {},
      inFlight: 1 + (second % 3),
      latencies: Object.fromEntries(
        LATENCIES.map((name) => [name, encodeHistogram(now[name])]),
      ) as unknown as Latencies,
    } satisfies Slice);
    const metric = (name: string, samples: number, sum: number, max: number) =>
      lines.metrics.push({
        namespace: 'AWS/Lambda',
        metric: name,
        dimensions: { FunctionName: 'store-positions' },
        at: from,
        samples,
        sum,
        min: 0,
        max,
      });
    metric('Invocations', 40, 40, 1);
    metric('Duration', 40, 40 * latency * 0.4, latency);
    metric('ConcurrentExecutions', 40, 40, concurrency);
    metric('Throttles', 40, second === 0 ? throttles : 0, 1);
    metric('Errors', 40, 0, 0);
  }
  findings.seen -= findings.lost;
  const plan = {
    devices,
    fleet: { devices, updates: seq },
    updates: seq,
    fixes: seq,
    transport: 'iot',
    pace: { kind: 'replay' as const, speed: 10 },
    minGapMs: 0,
    live: false,
    firstSampleTime: START - 1e8,
    lastSampleTime: START - 1e8 + 600_000,
    scheduledMs: seconds * 1000,
    shards: [],
    notes: [],
  };
  const evidence = { received: true, sweptDevices: devices, ingest: true };
  findings.evidence = evidence;
  const summary = {
    ...summarise({
      out: dir,
      plan,
      fleet: {
        ...total,
        devices,
        connectFailures: {},
        counts: {
          sent: seq,
          acknowledged: findings.acknowledged,
          failed: 0,
          unknown: findings.unknown,
          inFlight: 0,
          failures,
          disconnects: 0,
          reconnects: 0,
          redeliveries: 0,
        },
        interrupted: false,
        firstSentAt: START,
        lastDoneAt: START + seconds * 1000,
        pauses: [],
        faults: [],
        lateness: { lateMs: 0, busyLateMs: 0 },
        deaths: [],
      },
      findings,
      cpuSeconds: 1.5,
      standInCpuSeconds: 3,
      interrupted: false,
      lagLimitMs: 50,
      thresholds: [],
      slices: [],
    }),
    ...as.summary,
  };
  const write = (name: string, what: readonly object[]) =>
    writeFileSync(join(dir, name), what.map((line) => `${JSON.stringify(line)}\n`).join(''));
  write('sent-00.ndjson', lines.sent);
  write('received.ndjson', lines.received);
  write('ingest.ndjson', lines.ingest);
  write('fates.ndjson', lines.fates);
  write('timeline.ndjson', lines.timeline);
  write('stand-in/metrics.ndjson', lines.metrics);
  writeFileSync(join(dir, 'summary.json'), JSON.stringify(summary));
  writeFileSync(
    join(dir, 'plan.json'),
    JSON.stringify({
      ...plan,
      shift: 1e8,
      options: { pace: 'replay:10', every: 30, agents: devices, thresholds: [], client: 'lean' },
      target: { name: 'local', trackerCount: 10 },
    }),
  );
  const { response, service, late, lag } = total;
  const { publishToStore, endToEnd, endToEndEarliest } = findings;
  writeFileSync(
    join(dir, 'latency.hlog'),
    histogramLog(
      { response, service, late, lag, publishToStore, endToEnd, endToEndEarliest },
      START,
      START + seconds * 1000,
    ),
  );
  return dir;
}
