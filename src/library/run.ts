import { type Progress, silentReporter } from '../dashboard/reporter.ts';
import { UsageError } from '../errors.ts';
import type { GeneratedFleet, RunOptions, StandInBehaviour } from '../run/options.ts';
import { optionsOf } from '../run/options-of.ts';
import { type PhaseRequest, phasedPace } from '../run/phases.ts';
import { run as runWith } from '../run/run.ts';
import { readScenario } from '../run/scenario/read-scenario.ts';
import { RUN_SETTINGS } from '../run/settings.ts';
import { newEnding } from '../run/signals.ts';
import type { Summary } from '../run/summary.ts';
import { defaultsOf } from '../setting.ts';

export type { Progress } from '../dashboard/reporter.ts';

/** Each may be left out, or be undefined, which is the same. */
type Sayable<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What a run shall be; what is left out is as with `simctl run`. */
export interface RunRequest extends Sayable<Omit<RunOptions, 'generate' | 'standIn' | 'phases'>> {
  /** Of a fleet that is generated: short for `generate: { agents }`. */
  readonly devices?: number | undefined;
  /** Of simulated time, likewise: short for `generate: { seconds }`. */
  readonly seconds?: number | undefined;
  readonly generate?: Sayable<GeneratedFleet> | undefined;
  readonly standIn?: Sayable<StandInBehaviour> | undefined;
  /** One after the other; the run ends with the last. */
  readonly phases?: readonly PhaseRequest[] | undefined;
  /** A scenario file; what else is said here goes before it. */
  readonly scenario?: string | undefined;
}

export interface RunControls {
  /** Ends the run as Ctrl-C does: what is in flight finishes, and the summary says `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** About four times a second while devices connect and send. */
  readonly onSnapshot?: ((progress: Progress) => void) | undefined;
  /** What a person should know, a sentence each. */
  readonly onNote?: ((text: string) => void) | undefined;
  /** Within which a run that was asked to end has to; then what is in flight is cut off, and counts as unknown. ms */
  readonly drainMs?: number | undefined;
}

/**
 * Drives a fleet through a backend, as `simctl run` does, and says what became of every update. By default: 1,000 devices
 * against a stand-in of the AWS services that starts by itself, and a new directory below `runs/`.
 * @returns summary.json; whether it was whole and kept its thresholds says `hasPassed`
 * @throws UsageError, SetupError or RunError; the signal's reason where it came before the first send
 */
export async function run(request: RunRequest = {}, controls: RunControls = {}): Promise<Summary> {
  const { signal, onSnapshot, onNote, drainMs } = controls;
  const options = await requestedOptions(request);
  signal?.throwIfAborted();
  const ending = newEnding(() => {}, drainMs);
  const end = () => ending.request();
  signal?.addEventListener('abort', end, { once: true });
  const reporter = {
    ...silentReporter(),
    ...(onSnapshot && { fleet: onSnapshot }),
    // Not what `forEach` tells it beside the text.
    ...(onNote && { note: (text: string) => onNote(text) }),
  };
  try {
    return await runWith(options, { reporter, ending });
  } catch (error) {
    throw (error as Error).name === 'AbortError' ? (signal?.reason ?? error) : error;
  } finally {
    signal?.removeEventListener('abort', end);
    ending.release();
  }
}

/** @throws UsageError with every problem of the scenario, or of the phases */
export async function requestedOptions({
  devices,
  seconds,
  generate,
  standIn,
  phases,
  scenario,
  ...request
}: RunRequest): Promise<RunOptions> {
  const base = await baseOf(scenario, request.pace);
  const options: RunOptions = {
    ...base,
    ...said(request),
    generate: { ...base.generate, ...said({ ...generate, ...said({ agents: devices, seconds }) }) },
    standIn: { ...base.standIn, ...said(standIn) },
    // A pace beside a file has been fitted to its phases.
    ...(base.phases === undefined ? {} : { pace: base.pace }),
  };
  if (phases === undefined) return options;
  const phased = phasedPace(phases, request.pace ?? RUN_SETTINGS.pace.default);
  if ('phases' in phased) return { ...options, ...phased };
  const problems = phased.problems.map(({ phase, text }) => (phase === undefined ? text : `phases[${phase}]: ${text}`));
  throw new UsageError(problems.join('\n'), { hint: 'docs/scenarios.md says what phases and paces can say.' });
}

/** Without what is undefined. */
function said<T extends object>(of: T | undefined = {} as T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as typeof of;
}

async function baseOf(scenario: string | undefined, pace: string | undefined): Promise<RunOptions> {
  const defaults = defaultsOf(RUN_SETTINGS);
  // A process of its own is no task of an array job, wherever it runs.
  if (scenario === undefined) return optionsOf(defaults, {});
  // What the request says beside it may be what makes sense of it.
  const { values, phases } = await readScenario(
    scenario,
    pace === undefined ? {} : { pace },
    () => [],
    async () => [],
  );
  return { ...optionsOf({ ...defaults, ...values }, {}), phases };
}
