import { availableParallelism, totalmem } from 'node:os';
import { resolve, sep } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { UsageError } from '../errors.ts';
import { MOST_IDS } from './device-ids.ts';
import type { FleetOptions } from './fleet-options.ts';
import { KINDS } from './lines.ts';
import { chooseModel, type ModelRequest } from './model-choice.ts';
import type { Places } from './outputs.ts';

/** A fleet as a person asks for it. */
export interface FleetRequest extends Omit<FleetOptions, 'start' | 'model'>, ModelRequest {
  /** Epoch ms, a whole second; by default ten days ago (paper, section 3.3.1). */
  readonly start?: number | undefined;
}

/** A fleet, and where what it reports is written. */
export interface GenerateOptions extends FleetRequest, Places {
  /** An SVG file: the roads, and what some of the agents drive. */
  readonly picture?: string | undefined;
  /** Threads; by default as many as pay. They change nothing that is written. */
  readonly workers?: number | undefined;
  /** Of time that is driven through at once; by default as long as memory and patience allow. Changes nothing either. */
  readonly windowSeconds?: number | undefined;
  /** In fixes. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Epoch ms. */
  readonly now?: () => number;
}

const TEN_DAYS_MS = 10 * 86_400_000;

/** Of what a Date can hold. */
const LAST_DATE_MS = 8.64e15;

/** Trackers refuse samples older than this (Amazon Location quotas), so no longer simulation can be replayed. */
const MOST_SECONDS = 30 * 86_400;

/** More threads than blocks have nothing to do. */
const MOST_WORKERS = 16;

/**
 * Whether a fleet can be, and what a thread needs to know of it.
 * @throws UsageError with every problem at once, those of `others` first.
 */
export async function checkFleet(
  request: FleetRequest,
  now: number,
  others: readonly string[] = [],
): Promise<FleetOptions> {
  const problems = [...others];
  const fleet = await judgeFleet(request, now, problems);
  if (fleet === undefined) throw new UsageError(problems.join('\n'), { hint: 'See "simctl generate --help".' });
  return fleet;
}

/** @param problems to which what is wrong with the request is added. @returns undefined where there is any */
export async function judgeFleet(
  request: FleetRequest,
  now: number,
  problems: string[],
): Promise<FleetOptions | undefined> {
  const { agents, seconds, every, seed, map, properties } = request;
  const start = request.start ?? Math.floor((now - TEN_DAYS_MS) / 1000) * 1000;
  const whole = wholeNumbers(problems);
  whole('--agents', agents, 1, MOST_IDS);
  problems.push(...memoryProblems(agents));
  whole('--seconds', seconds, 1, MOST_SECONDS);
  whole('--every', every, 1, MOST_SECONDS);
  whole('--seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (!(start >= 0 && start <= LAST_DATE_MS && start % 1000 === 0)) {
    problems.push(`--start must be a whole second after 1970; got ${start}`);
  } else if (start + seconds * 1000 > now) {
    problems.push(
      `--start ${new Date(start).toISOString()} and ${seconds} seconds end in the future; start at least ${seconds} seconds ago`,
    );
  }
  const model = await chooseModel(request, problems);
  if (model === undefined || problems.length > 0) return undefined;
  return { agents, seconds, start, every, seed, map, model, properties };
}

/** As `checkFleet`, and whether what is written has its place. */
export async function checkOptions(
  options: GenerateOptions,
  now: number,
  others: readonly string[] = [],
): Promise<FleetOptions> {
  const problems = [...others];
  if (options.workers !== undefined) wholeNumbers(problems)('--workers', options.workers, 1, MOST_WORKERS);
  problems.push(...heapProblems(options.agents, threadsOf(options)), ...placeProblems(options));
  return checkFleet(options, now, problems);
}

/** As many threads as asked for, or as pay: one is worth its start, and its own map in memory, from so much on. */
const AGENT_SECONDS_A_THREAD = 200_000;
const MOST_THREADS = 4;

export function threadsOf({
  agents,
  seconds,
  workers,
}: Pick<GenerateOptions, 'agents' | 'seconds' | 'workers'>): number {
  const busy = Math.ceil((agents * seconds) / AGENT_SECONDS_A_THREAD);
  return workers ?? Math.max(1, Math.min(busy, MOST_THREADS, availableParallelism()));
}

/** What an agent on its way takes, of which the second part lies in a thread's own heap: as measured, with room. */
const AGENT_BYTES = 20_000;
const AGENT_HEAP_BYTES = 8000;

/** Said before, because a process without memory ends without a word. */
function memoryProblems(agents: number): string[] {
  if (!(agents * AGENT_BYTES > totalmem()) || agents > MOST_IDS) return [];
  return [
    `--agents ${agents} take about ${gigabytes(agents * AGENT_BYTES)} of memory; there are ${gigabytes(totalmem())}`,
  ];
}

function heapProblems(agents: number, threads: number): string[] {
  const limit = getHeapStatistics().heap_size_limit;
  if (!((agents / threads) * AGENT_HEAP_BYTES > limit) || agents * AGENT_BYTES > totalmem()) return [];
  return [
    `--agents ${agents} are too many for ${threads} thread${threads === 1 ? '' : 's'}, each of which may use ${gigabytes(limit)}: raise --workers, or that with NODE_OPTIONS=--max-old-space-size=MB`,
  ];
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function wholeNumbers(problems: string[]) {
  return (name: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    problems.push(`${name} must be a whole number from ${least} to ${most.toLocaleString('en')}; got ${value}`);
  };
}

function placeProblems(places: GenerateOptions): string[] {
  const problems: string[] = [];
  const used = new Map<string, string>();
  const out = places.out === undefined ? undefined : resolve(places.out);
  for (const kind of [...KINDS, 'picture'] as const) {
    const place = places[kind];
    if (place === undefined) continue;
    const path = resolve(place);
    const other = used.get(path);
    if (other !== undefined) problems.push(`--${kind} and --${other} name the same file, ${place}`);
    if (out !== undefined && (path === out || path.startsWith(out + sep)))
      problems.push(`--${kind} ${place} lies in the directory of --out, which is replaced whole`);
    used.set(path, kind);
  }
  if (out === undefined && used.size === 0)
    problems.push(
      `nothing is to be written: say where with --out, ${KINDS.map((kind) => `--${kind}`).join(', ')} or --picture`,
    );
  return problems;
}
