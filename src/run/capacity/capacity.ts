import { join } from 'node:path';
import type { Reporter } from '../../dashboard/reporter.ts';
import { type PackedError, packError } from '../../errors.ts';
import { checkRequest } from '../../workers/plan.ts';
import { type Room, readRoom } from '../connection-room.ts';
import type { RunOptions } from '../options.ts';
import { readRun } from '../recorded-run.ts';
import { run } from '../run.ts';
import type { RunContext } from '../run-context.ts';
import { createRunDirectory } from '../run-directory.ts';
import type { Summary } from '../summary.ts';
import { parseThresholds } from '../threshold.ts';
import { capacityCost } from './cost.ts';
import { thresholdsFor } from './default-thresholds.ts';
import { lastAnswerOf } from './last-answer.ts';
import { type CapacityOptions, checkCapacity } from './options.ts';
import { stepLine } from './report.ts';
import { type Bound, boundOf, checkAgents } from './room.ts';
import { findKnee, type Knee, type SearchRequest } from './search.ts';
import { type CapacityStep, judgeStep } from './step.ts';
import { openCapacityTarget } from './target.ts';

/** What `capacity.json` holds. */
export interface CapacityResult {
  readonly out: string;
  /** What was loaded. */
  readonly target: string;
  readonly transport: string;
  readonly by: CapacityOptions['by'];
  /** As it was made; `bound` says what was asked for, where that is more than this machine can connect. */
  readonly search: SearchRequest;
  readonly bound?: Bound;
  readonly stepSeconds: number;
  readonly warmUpSeconds: number;
  readonly thresholds: readonly string[];
  readonly lagLimitMs: number;
  /** Every step, in the order they were made. */
  readonly steps: readonly CapacityStep[];
  /** What they come to; absent where nothing is known yet. */
  readonly knee?: Knee;
  readonly interrupted: boolean;
  /** What ended it in the middle; the steps before it are evidence all the same. */
  readonly failure?: PackedError;
}

/**
 * A step so much behind its schedule has not taken its load (step.ts, LEAST_ACHIEVED); what it still had to send, which
 * may be minutes of it, would say no more.
 */
const GRACE = 0.1;
const LEAST_GRACE_MS = 2000;

export interface CapacityContext extends RunContext {
  /** Asked before the first step where it costs money. @throws to have nothing done */
  readonly confirm?: (cost: string) => Promise<void>;
  /** In place of a run, for tests: a step's summary, and its directory in `options.out`. */
  readonly runStep?: (options: RunOptions, context: RunContext) => Promise<Summary>;
  /** In place of a look at this machine, for tests. */
  readonly readRoom?: (options: RunOptions) => Promise<Room | undefined>;
}

/**
 * Raises the load on one target, a run a step, until it breaks a threshold, and closes in on the load where it does.
 * Asked to stop, or kept from going on (`failure`), it says what it knows; the step that was running is left out.
 * @throws UsageError and SetupError before the first step; what the first step throws
 */
export async function capacity(wanted: CapacityOptions, context: CapacityContext): Promise<CapacityResult> {
  checkCapacity(wanted);
  checkRequest(stepOptions(wanted, wanted.search.from));
  const { reporter, ending } = context;
  const { bound, ...asked } = await withinRoom(wanted, context.readRoom);
  if (bound !== undefined)
    reporter.note(`${bound.why}. The search goes up to ${bound.devices} devices. ${bound.remedy}`);
  const now = new Date();
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const files = await createRunDirectory(asked.run.out ?? join('runs', `${stamp}-capacity`), now);
  const target = await openCapacityTarget(asked, files.dir, reporter).catch(async (error) => {
    await files.discard();
    throw error;
  });
  const hasAnswers = asked.run.transport === 'tracker' || target.target?.ingestLog !== undefined;
  const options = { ...asked, thresholds: thresholdsFor(asked.thresholds, hasAnswers) };
  const steps: CapacityStep[] = [];
  const result = (interrupted: boolean, knee?: Knee, failure?: PackedError): CapacityResult => ({
    out: files.dir,
    target: target.name,
    transport: options.run.transport,
    by: options.by,
    search: options.search,
    ...(bound === undefined ? {} : { bound }),
    stepSeconds: options.stepSeconds,
    warmUpSeconds: options.warmUpSeconds,
    thresholds: options.thresholds,
    lagLimitMs: options.lagLimitMs,
    steps: [...steps],
    ...(knee === undefined ? {} : { knee }),
    interrupted,
    ...(failure === undefined ? {} : { failure }),
  });
  const write = (found: CapacityResult) => files.write('capacity.json', `${JSON.stringify(found, null, 2)}\n`);
  try {
    if (target.aws) {
      const { text } = capacityCost(options, target.target!);
      reporter.note(text);
      await context.confirm?.(text);
    }
    const thresholds = parseThresholds(options.thresholds);
    const rules = { thresholds, warmUpSeconds: options.warmUpSeconds, lagLimitMs: options.lagLimitMs };
    let interrupted = false;
    let failure: PackedError | undefined;
    const measure = async (load: number) => {
      const planned = stepOptions(options, load);
      const out = join(files.dir, stepName(steps.length, load, options.by));
      const over = new AbortController();
      const stepContext = {
        reporter: stepReporter(reporter, steps.length, loadText(load, options.by), options, () => over.abort()),
        ending: { ...ending, stop: AbortSignal.any([ending.stop, over.signal]) },
      };
      const summary = await unlessAborted(async () => {
        ending.stop.throwIfAborted();
        await target.ready(planned.generate.agents, ending.stop);
        return (context.runStep ?? run)({ ...planned, target: target.flag, stack: undefined, out }, stepContext);
      });
      interrupted = summary === undefined || ending.stop.aborted;
      if (summary === undefined || interrupted) return undefined;
      const { slices } = await readRun(summary.out);
      const offer = { load, offered: offeredBy(options, load) };
      const lastAnswerAt = summary.unknown > 0 ? await lastAnswerOf(summary.out) : undefined;
      const step = judgeStep(offer, summary, slices, rules, lastAnswerAt);
      steps.push(step);
      reporter.note(stepLine(step, options.by));
      await write(result(false));
      return step.verdict;
    };
    const knee = await findKnee(options.search, (load) =>
      measure(load).catch((error: unknown) => {
        if (steps.length === 0) throw error;
        failure = packError(error);
        return undefined;
      }),
    );
    const found = result(interrupted, knee, failure);
    // A disk that is full is no reason to keep the answer back as well.
    await write(found).catch((error: unknown) => {
      if (failure === undefined) throw error;
    });
    return found;
  } catch (error) {
    if (steps.length === 0) await files.discard();
    throw error;
  } finally {
    await target.close();
  }
}

/** The search as far as this machine can connect its devices. @throws SetupError where that is not even its beginning */
async function withinRoom(
  options: CapacityOptions,
  read: (options: RunOptions) => Promise<Room | undefined> = readRoom,
): Promise<CapacityOptions & { readonly bound?: Bound }> {
  const { search, by } = options;
  const room = await read(options.run);
  if (room === undefined) return options;
  if (by === 'rate') {
    checkAgents(stepOptions(options, search.to).generate.agents, room);
    return options;
  }
  const bound = boundOf(search, room);
  return bound === undefined ? options : { ...options, search: { ...search, to: bound.devices }, bound };
}

/** One step's run, where the target is left as it was asked for. */
export function stepOptions(options: CapacityOptions, load: number): RunOptions {
  const { run: base, by, stepSeconds, warmUpSeconds, thresholds, lagLimitMs } = options;
  const perSecond = offeredBy(options, load);
  const updates = Math.ceil(perSecond * (warmUpSeconds + stepSeconds));
  // Each device sends at least one update, and they shall not make the step longer.
  const agents = by === 'devices' ? load : Math.max(1, Math.min(base.generate.agents, updates));
  return {
    ...base,
    dataset: undefined,
    probes: undefined,
    generate: {
      ...base.generate,
      agents,
      // A fix in each so many seconds, as many as the step lasts; the workers make them as they send them.
      seconds: Math.max(1, Math.ceil(updates / agents)) * base.every,
      asTheyGo: true,
    },
    pace: `rate:${perSecond}/s`,
    thresholds,
    lagLimitMs,
    upload: undefined,
    shard: undefined,
    startAt: undefined,
  };
}

/** Updates a second. */
function offeredBy({ by, intervalSeconds }: CapacityOptions, load: number): number {
  return by === 'devices' ? load / intervalSeconds : load;
}

function loadText(load: number, by: CapacityOptions['by']): string {
  return by === 'devices' ? `${load} devices` : `${load}/s`;
}

/** `07-436-per-second` */
function stepName(i: number, load: number, by: CapacityOptions['by']): string {
  return `${String(i + 1).padStart(2, '0')}-${load}-${by === 'devices' ? 'devices' : 'per-second'}`;
}

/** Says which step it is; what each run says anew is said once. Calls `end` where the step is beyond saving. */
function stepReporter(
  reporter: Reporter,
  i: number,
  load: string,
  { stepSeconds }: CapacityOptions,
  end: () => void,
): Reporter {
  const graceMs = Math.max(LEAST_GRACE_MS, stepSeconds * 1000 * GRACE);
  return {
    ...reporter,
    step: (step, text) => reporter.step(step, `[${i + 1}] ${load}: ${text}`),
    note: (text) => (i === 0 ? reporter.note(text) : undefined),
    fleet(progress) {
      reporter.fleet(progress);
      const { startedAt, now, scheduledMs } = progress;
      if (startedAt > 0 && now - startedAt > scheduledMs + graceMs) end();
    },
  };
}

/** An end that was asked for is no failure of the search. */
async function unlessAborted<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as Error).name === 'AbortError') return undefined;
    throw error;
  }
}
