import { join } from 'node:path';
import { type StoppableClock, systemClock } from '../../clock.ts';
import { type PackedError, packError } from '../../errors.ts';
import { isLoopback, parseBroker } from '../../transports/broker-address.ts';
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
import { type DiedStep, diedLine, diedTwice } from './died-step.ts';
import { lastAnswerOf } from './last-answer.ts';
import { type CapacityOptions, checkCapacity } from './options.ts';
import { stepLine } from './report.ts';
import { type Bound, boundOf, checkAgents } from './room.ts';
import { findKnee, type Knee, type SearchRequest } from './search.ts';
import { newSpentPorts, readHeldPorts } from './spent-ports.ts';
import { type CapacityStep, judgeStep } from './step.ts';
import { loadText, offeredBy, stepName, stepOptions, stepReporter, unlessAborted } from './step-run.ts';
import { type CapacityTarget, openCapacityTarget } from './target.ts';

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
  /** Steps in which worker threads died, and which are no evidence; absent: none. */
  readonly died?: readonly DiedStep[];
  /** What they come to; absent where nothing is known yet. */
  readonly knee?: Knee;
  readonly interrupted: boolean;
  /** What ended it in the middle; the steps before it are evidence all the same. */
  readonly failure?: PackedError;
}

export interface CapacityContext extends RunContext {
  /** Asked before the first step where it costs money. @throws to have nothing done */
  readonly confirm?: (cost: string) => Promise<void>;
  /** In place of a run, for tests: a step's summary, and its directory in `options.out`. */
  readonly runStep?: (options: RunOptions, context: RunContext) => Promise<Summary>;
  /** In place of a look at this machine, for tests. */
  readonly readRoom?: (options: RunOptions) => Promise<Room | undefined>;
  readonly readHeldPorts?: (loopback: boolean) => Promise<number | undefined>;
  /** In place of the system's, for tests. */
  readonly clock?: StoppableClock;
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
  const room = await (context.readRoom ?? readRoom)(wanted.run);
  const { bound, ...asked } = withinRoom(wanted, room);
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
  const died: DiedStep[] = [];
  const clock = context.clock ?? systemClock();
  ending.stop.addEventListener('abort', clock.stop);
  const ports = room && newSpentPorts(room, heldPorts(asked, target, context.readHeldPorts), clock, reporter.note);
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
    ...(died.length === 0 ? {} : { died: [...died] }),
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
    /** @returns undefined where the search was asked to end */
    const runStep = async (load: number): Promise<Summary | undefined> => {
      const planned = stepOptions(options, load);
      const made = steps.length + died.length;
      const out = join(files.dir, stepName(made, load, options.by));
      const over = new AbortController();
      const stepContext = {
        reporter: stepReporter(reporter, made, loadText(load, options.by), options, () => over.abort()),
        ending: { ...ending, stop: AbortSignal.any([ending.stop, over.signal]) },
      };
      const summary = await unlessAborted(async () => {
        ending.stop.throwIfAborted();
        await target.ready(planned.generate.agents, ending.stop);
        await ports?.free(planned.generate.agents);
        ending.stop.throwIfAborted();
        return (context.runStep ?? run)({ ...planned, target: target.flag, stack: undefined, out }, stepContext);
      });
      if (summary !== undefined) ports?.spent(summary.devices + (summary.reconnects ?? 0));
      interrupted = summary === undefined || ending.stop.aborted;
      return interrupted ? undefined : summary;
    };
    /** The same, once more where worker threads died. @throws RunError where they died again */
    const wholeStep = async (load: number): Promise<Summary | undefined> => {
      const before: DiedStep[] = [];
      for (;;) {
        const summary = await runStep(load);
        if (summary?.deaths === undefined) return summary;
        const step = { load, deaths: summary.deaths, out: summary.out };
        died.push(step);
        const text = loadText(load, options.by);
        if (before.length > 0) throw diedTwice(before[0]!, step, text);
        before.push(step);
        reporter.note(`${diedLine(step, text)}; it is repeated once`);
      }
    };
    const measure = async (load: number) => {
      const summary = await wholeStep(load);
      if (summary === undefined) return undefined;
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
        if (steps.length + died.length === 0) throw error;
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
    if (steps.length + died.length === 0) await files.discard();
    throw error;
  } finally {
    ending.stop.removeEventListener('abort', clock.stop);
    await target.close();
  }
}

/** The search as far as this machine can connect its devices. @throws SetupError where that is not even its beginning */
function withinRoom(options: CapacityOptions, room: Room | undefined): CapacityOptions & { readonly bound?: Bound } {
  const { search, by } = options;
  if (room === undefined) return options;
  if (by === 'rate') {
    checkAgents(stepOptions(options, search.to).generate.agents, room);
    return options;
  }
  const bound = boundOf(search, room);
  return bound === undefined ? options : { ...options, search: { ...search, to: bound.devices }, bound };
}

function heldPorts(
  { run: { transport, broker } }: CapacityOptions,
  { target }: CapacityTarget,
  read = readHeldPorts,
): () => Promise<number | undefined> {
  const host = transport === 'mqtt' ? parseBroker(broker).host : (target?.mqttHost ?? '');
  return () => read(isLoopback(host));
}
