import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, link, mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Findings, noFindings, UPDATE_COUNTS } from '../analyser/findings.ts';
import { messageOf, RunError, UsageError } from '../errors.ts';
import { histogramLog, newHistogram } from '../histogram.ts';
import { openLineLog } from '../line-log.ts';
import { makeDirectory } from '../make-directory.ts';
import { noCounts } from '../workers/counts.ts';
import type { FleetResult } from '../workers/fleet-result.ts';
import { addRounds } from '../workers/inflict.ts';
import { heldTogether, type Pause, pausedWithin } from '../workers/pause.ts';
import type { Slice } from '../workers/timeline.ts';
import { download, isBucket } from './bucket.ts';
import { mergeMetrics } from './merge-metrics.ts';
import { checkShards, HISTOGRAMS, readShard, type ShardRun, shardDirectories } from './merge-shards.ts';
import { firstSecondOf, mergeTimelines } from './merge-timeline.ts';
import { type PhasedLog, phaseFigures } from './phase-figures.ts';
import { createRunDirectory, openRunDirectory, type RunDirectory } from './run-directory.ts';
import { type Summary, summarise } from './summary.ts';
import { parseThresholds } from './threshold.ts';

export interface MergeOptions {
  /** Of shards, or that hold those of shards; here, or `s3://BUCKET/PREFIX`. */
  readonly dirs: readonly string[];
  /** The directory of the whole; it must not hold anything yet. */
  readonly out: string;
  /** Merge what there is, even if shards are missing. */
  readonly partial: boolean;
}

/**
 * Adds the shards of a run exactly: logs, histograms, timeline and fates, as one process would have left them. Thresholds
 * and verdict are of the whole.
 * @throws UsageError for directories that are not the shards of one run, each once; RunError where it cannot be written
 */
export async function merge({ dirs, out, partial }: MergeOptions): Promise<Summary> {
  const fetched = dirs.some(isBucket) ? await mkdtemp(join(parentOf(out), '.simctl-merge-')) : undefined;
  try {
    const read = [];
    for (const [i, dir] of dirs.entries()) {
      const here = isBucket(dir) ? join(fetched!, String(i)) : dir;
      if (isBucket(dir)) await download(dir, here);
      for (const shard of await shardDirectories(here))
        read.push(await readShard(shard, dir.replace(/\/$/, '') + shard.slice(here.length)));
    }
    return await mergeRead(read, out, partial);
  } finally {
    // Its logs have other names by then.
    if (fetched !== undefined) await rm(fetched, { recursive: true, force: true });
  }
}

function parentOf(out: string): string {
  const parent = dirname(resolve(out));
  makeDirectory(parent, { hint: 'Choose another place with --out.' });
  return parent;
}

async function mergeRead(
  read: readonly Awaited<ReturnType<typeof readShard>>[],
  out: string,
  partial: boolean,
): Promise<Summary> {
  const shards = read.filter(hasEnded).sort((a, b) => a.plan.shard.index - b.plan.shard.index);
  const cut = read.filter((shard) => !hasEnded(shard)).map(({ name }) => `${name} has no summary.json: it did not end`);
  if (cut.length > 0 && !partial) throw new UsageError(cut.join('\n'), { hint: 'To leave it out, say --partial.' });
  const missing = checkShards(shards, partial);
  const files = await createRunDirectory(out, new Date());
  try {
    return await write(shards, missing, cut, files);
  } catch (error) {
    await files.discard();
    if ((error as { syscall?: unknown }).syscall === undefined) throw error;
    throw new RunError(`cannot write ${files.dir}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Free some space, or choose another directory; nothing half-written was left.',
    });
  }
}

function hasEnded(shard: Awaited<ReturnType<typeof readShard>>): shard is ShardRun {
  return !('ended' in shard);
}

async function write(
  shards: readonly ShardRun[],
  missing: number[],
  cut: readonly string[],
  files: RunDirectory,
): Promise<Summary> {
  await mergeLogs(shards, files);
  const [{ plan: first }] = shards as [ShardRun];
  const { shard, ...common } = first;
  const plan = {
    ...common,
    ...first.fleet,
    fixes: shards.reduce((sum, of) => sum + of.plan.fixes, 0),
    shards: shards.flatMap((of) => of.plan.shards),
    options: { ...first.options, out: files.dir, shard: undefined },
  };
  await files.write('plan.json', `${JSON.stringify(plan, null, 2)}\n`);
  const thresholds = parseThresholds(first.options.thresholds, first.options.phases);
  const pauses = shards.map(({ summary }) => summary.pauses ?? []);
  const allHeld = heldTogether(pauses, pauses.length);
  const slices = await mergeTimeline(
    shards,
    files,
    allHeld,
    thresholds.some(({ everySeconds }) => everySeconds !== undefined),
  );

  const { phases } = first.options;
  const histograms = addHistograms(shards);
  const fleet = { ...histograms, ...addFleets(shards) };
  const findings = { ...addFindings(shards), ...histograms };
  findings.notes.push(...cut);
  const logs = shards.map(({ dir }) => openRunDirectory(dir).metrics);
  if ((await mergeMetrics(logs, files.metrics)) > 0)
    findings.notes.push('CloudWatch’s figures are of the backend, so each is there once, not a sum over shards');
  const summary = summarise({
    out: files.dir,
    plan,
    fleet,
    findings,
    cpuSeconds: shards.reduce((sum, of) => sum + of.summary.cpuSeconds, 0),
    standInCpuSeconds: undefined,
    interrupted: fleet.interrupted,
    lagLimitMs: first.options.lagLimitMs,
    thresholds,
    slices,
    lateSeconds: shards.flatMap((of) => of.summary.lateSeconds ?? []).sort((a, b) => a.from - b.from),
    phases: phases && (await phaseFigures(phases, await phasedLogs(shards))),
    allHeld,
    merged: {
      shards: shards.map((of) => ({
        dir: of.name,
        index: of.plan.shard.index,
        sent: of.summary.sent,
        saturated: of.summary.saturated,
        ...(of.summary.lateSeconds === undefined ? {} : { lateSeconds: of.summary.lateSeconds.length }),
        clock: of.summary.clock ?? { source: 'unknown' },
      })),
      missing,
    },
  });
  await files.write('latency.hlog', histogramLog(histograms, fleet.firstSentAt, fleet.lastDoneAt));
  await files.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

/** Send logs side by side, numbered on; of each other log, one after the other. */
async function mergeLogs(shards: readonly ShardRun[], files: RunDirectory): Promise<void> {
  let sent = 0;
  for (const { dir } of shards) {
    for (const file of await sentLogsOf(dir))
      await linkOrCopy(file, files.sent(sent++) + (file.endsWith('.gz') ? '.gz' : ''));
  }
  for (const name of ['received', 'history', 'ingest', 'fates'] as const) {
    const logs = shards.map(({ dir }) => logOf(openRunDirectory(dir)[name]));
    // Evidence that only some shards have would look like that of all.
    if (logs.includes(undefined)) continue;
    for (const log of logs) await append(log!, files[name]);
  }
}

async function sentLogsOf(dir: string): Promise<string[]> {
  const names = (await readdir(dir)).filter((name) => /^sent-[0-9]+\.ndjson(\.gz)?$/.test(name)).sort();
  return names.map((name) => join(dir, name));
}

async function phasedLogs(shards: readonly ShardRun[]): Promise<PhasedLog[]> {
  const logs: PhasedLog[] = [];
  for (const { dir, plan, summary } of shards) {
    // Without a moment in common, each began when its own devices had connected.
    const start = plan.startAt ?? (await firstSecondOf(openRunDirectory(dir).timeline)) ?? summary.firstSentAt;
    for (const file of await sentLogsOf(dir)) logs.push({ file, start, pauses: summary.pauses ?? [] });
  }
  return logs;
}

function logOf(file: string): string | undefined {
  return [file, `${file}.gz`].find((name) => existsSync(name));
}

/** Logs do not change any more, so two names for one file do; on another disk, it is copied. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}

async function append(from: string, to: string): Promise<void> {
  const out = createWriteStream(to, { flags: 'a' });
  if (from.endsWith('.gz')) await pipeline(createReadStream(from), createGunzip(), out);
  else await pipeline(createReadStream(from), out);
}

async function mergeTimeline(
  shards: readonly ShardRun[],
  files: RunDirectory,
  allHeld: readonly Pause[],
  keep: boolean,
): Promise<Slice[]> {
  const slices: Slice[] = [];
  const log = openLineLog(files.timeline);
  const logs = shards.map(({ dir }) => openRunDirectory(dir).timeline);
  const onSlice = (slice: Slice) => {
    log.write(JSON.stringify(slice));
    if (keep) slices.push(slice);
  };
  await mergeTimelines(logs, onSlice, (from, to) => pausedWithin(allHeld, from, to));
  await log.close();
  return slices;
}

function addHistograms(shards: readonly ShardRun[]): ShardRun['histograms'] {
  const sums = HISTOGRAMS.map((name) => {
    const sum = newHistogram();
    for (const { histograms } of shards) sum.add(histograms[name]);
    return [name, sum] as const;
  });
  return Object.fromEntries(sums) as ShardRun['histograms'];
}

function lateUnharmed(shards: readonly ShardRun[]): Pick<FleetResult, 'lateUnharmed'> {
  const counts = shards.flatMap(({ summary }) => summary.lateUnharmed ?? []);
  return counts.length === 0 ? {} : { lateUnharmed: counts.reduce((sum, n) => sum + n, 0) };
}

function addFleets(shards: readonly ShardRun[]): Omit<FleetResult, 'response' | 'service' | 'late' | 'lag'> {
  const sum: ReturnType<typeof addFleets> = {
    devices: 0,
    counts: noCounts(),
    connectFailures: {},
    interrupted: false,
    firstSentAt: 0,
    lastDoneAt: 0,
    pauses: heldTogether(
      shards.map(({ summary }) => summary.pauses ?? []),
      1,
    ),
    faults: addRounds(shards.map(({ summary }) => summary.faults ?? [])),
    ...lateUnharmed(shards),
    // Each shard has judged its own.
    lateness: { lateMs: 0, busyLateMs: 0 },
    deaths: shards.flatMap(({ name, summary: { deaths = [] } }) =>
      deaths.map((death) => ({ ...death, message: `${name}: ${death.message}` })),
    ),
  };
  for (const { summary } of shards) {
    sum.devices += summary.devices;
    for (const name of COUNTED) sum.counts[name] += summary[name];
    addCounts(sum.counts.failures, summary.failures);
    for (const [code, { devices, first }] of Object.entries(summary.connectFailures)) {
      const known = sum.connectFailures[code];
      sum.connectFailures[code] = { devices: devices + (known?.devices ?? 0), first: known?.first ?? first };
    }
    sum.interrupted ||= summary.interrupted;
    const { firstSentAt, lastDoneAt } = summary;
    if (firstSentAt > 0 && (sum.firstSentAt === 0 || firstSentAt < sum.firstSentAt)) sum.firstSentAt = firstSentAt;
    sum.lastDoneAt = Math.max(sum.lastDoneAt, lastDoneAt);
  }
  return sum;
}

/** Each update is of one device, and each device of one shard: what was found out of them adds. */
function addFindings(shards: readonly ShardRun[]): Findings {
  const sum = noFindings();
  sum.evidence = { received: true, sweptDevices: 0, ingest: true };
  for (const { name: of, summary } of shards) {
    for (const name of ['devices', ...UPDATE_COUNTS, 'negative'] as const) sum[name] += summary[name];
    addCounts(sum.failures, summary.failures);
    addCounts(sum.refusals, summary.refusals);
    for (const sender of ['acknowledged', 'failed', 'unknown'] as const)
      addCounts(sum.cross[sender], summary.cross[sender]);
    sum.evidence.received &&= summary.evidence.received;
    sum.evidence.ingest &&= summary.evidence.ingest;
    sum.evidence.sweptDevices += summary.evidence.sweptDevices;
    sum.notes.push(...summary.notes.map((note) => `${of}: ${note}`));
  }
  return sum;
}

const COUNTED = ['sent', 'acknowledged', 'failed', 'unknown', 'disconnects', 'reconnects', 'redeliveries'] as const;

function addCounts(into: Record<string, number>, from: Record<string, number>): void {
  for (const [key, n] of Object.entries(from)) into[key] = (into[key] ?? 0) + n;
}
