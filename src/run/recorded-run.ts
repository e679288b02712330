/** A run as its directory has it, once it has ended: what `simctl report` and `simctl compare` are made from. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { HistogramLogReader } from 'hdr-histogram-js';
import { readLog } from '../analyser/read-log.ts';
import { messageOf, UsageError } from '../errors.ts';
import type { Histogram } from '../histogram.ts';
import type { Target } from '../target.ts';
import type { Plan } from '../workers/plan.ts';
import type { Slice } from '../workers/timeline.ts';
import type { MetricLine } from './cloudwatch.ts';
import type { RunOptions } from './options.ts';
import { openRunDirectory, STAND_IN } from './run-directory.ts';
import type { Summary } from './summary.ts';

/** plan.json; runs of earlier versions say less. */
interface RecordedPlan extends Plan {
  readonly shift?: number | 'live';
  readonly options?: Partial<RunOptions>;
  readonly target?: Partial<Target>;
  readonly versions?: Readonly<Record<string, string>>;
}

export interface RecordedRun {
  /** Its directory's own name. */
  readonly name: string;
  readonly dir: string;
  readonly summary: Summary;
  readonly plan: RecordedPlan;
  /** Empty where there is no timeline.ndjson. */
  readonly slices: readonly Slice[];
  /** Of the whole run, values in microseconds; empty where there is no latency.hlog. */
  readonly histograms: ReadonlyMap<string, Histogram>;
  /** What CloudWatch, or the stand-in's, saw; empty where nobody looked. */
  readonly metrics: readonly MetricLine[];
}

/** @throws UsageError where it is no run's directory, or the run did not end */
export async function readRun(dir: string): Promise<RecordedRun> {
  const files = openRunDirectory(resolve(dir));
  const metrics = [files.metrics, join(files.dir, STAND_IN, 'metrics.ndjson')].find((file) => existsSync(file));
  return {
    name: basename(files.dir),
    dir: files.dir,
    summary: shaped(await readJson<Summary>(dir, 'summary.json'), 'summary.json', dir),
    plan: await readJson<RecordedPlan>(dir, 'plan.json'),
    slices: existsSync(files.timeline) ? await readSlices(files.timeline) : [],
    histograms: await readHistograms(join(dir, 'latency.hlog')),
    metrics: metrics === undefined ? [] : await readMetricLines(metrics),
  };
}

/** All of them, one after the other: a run may fill a good part of memory while it is read. */
export async function readRuns(dirs: readonly string[]): Promise<RecordedRun[]> {
  const runs: RecordedRun[] = [];
  for (const dir of dirs) runs.push(await readRun(dir));
  return distinctlyNamed(runs);
}

/** Two runs of one name, in different places, are told apart by their whole paths. */
function distinctlyNamed(runs: readonly RecordedRun[]): RecordedRun[] {
  return runs.map((run) =>
    runs.filter(({ name }) => name === run.name).length > 1 ? { ...run, name: run.dir } : { ...run },
  );
}

async function readJson<T>(dir: string, name: string): Promise<T> {
  const file = join(dir, name);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    const missing = !existsSync(file);
    throw new UsageError(missing ? `there is no ${name} in ${dir}` : `cannot read ${file}: ${messageOf(error)}`, {
      cause: error,
      hint: missing
        ? 'Name the directory that "simctl run" printed at its end. Of a run that was killed, "simctl analyse" says what its logs know.'
        : 'Is it damaged? "simctl analyse" reads the logs beside it.',
    });
  }
}

function shaped(summary: Summary, name: string, dir: string): Summary {
  if (typeof summary?.sent === 'number' && typeof summary.response === 'object') return summary;
  throw new UsageError(`${join(dir, name)} is no summary of a run of simctl`);
}

async function readSlices(file: string): Promise<Slice[]> {
  const slices: Slice[] = [];
  await readLog(file, (value, line) => {
    const slice = value as unknown as Slice;
    if (typeof slice.from !== 'number' || typeof slice.sent !== 'number' || typeof slice.latencies !== 'object')
      throw new UsageError(`${file}:${line}: this is no line of a timeline.ndjson`);
    slices.push(slice);
  });
  return slices;
}

async function readMetricLines(file: string): Promise<MetricLine[]> {
  const lines: MetricLine[] = [];
  await readLog(file, (value) => {
    // The stand-in's are of a second.
    lines.push({ seconds: 1, ...value } as unknown as MetricLine);
  });
  return lines;
}

async function readHistograms(file: string): Promise<Map<string, Histogram>> {
  const histograms = new Map<string, Histogram>();
  if (!existsSync(file)) return histograms;
  const reader = new HistogramLogReader(await readFile(file, 'utf8'), 32);
  for (;;) {
    const next = reader.nextIntervalHistogram();
    if (next === null) return histograms;
    histograms.set(next.tag, next as Histogram);
  }
}
