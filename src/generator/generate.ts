import { createDataset, type Dataset, probeLine } from '../dataset.ts';
import { UsageError } from '../errors.ts';
import { type Car, newCar } from './car.ts';
import { deviceIds } from './device-ids.ts';
import { defaultMap } from './map/default-map.ts';
import type { RoadGraph } from './map/graph.ts';
import { newRouter } from './map/route.ts';

export interface GenerateOptions {
  readonly agents: number;
  /** Of simulated time. */
  readonly seconds: number;
  /** Epoch ms, a whole second; by default ten days ago (paper, section 3.3.1). */
  readonly start?: number | undefined;
  readonly seed: number;
  /** Seconds between two fixes of a device; each has a phase of its own. */
  readonly every: number;
  readonly out: string;
  readonly onProgress?: (step: number, steps: number) => void;
  readonly signal?: AbortSignal;
  readonly now?: () => number;
}

const MOST_AGENTS = 1_000_000;
const TEN_DAYS_MS = 10 * 86_400_000;
const PARTITIONS = 16;
const CHUNK_CHARS = 256 * 1024;

/** One car of the fleet, and the count of its fixes. */
interface Agent {
  readonly id: string;
  readonly car: Car;
  readonly partition: number;
  readonly phase: number;
}

/**
 * A fleet of cars on the default map, as a dataset in trip-simulator's format: the first fix after `start`, the last no
 * later than `start` + `seconds`. The same seed gives the same bytes.
 * @throws UsageError, with every problem at once
 */
export async function generateDataset(options: GenerateOptions): Promise<Dataset> {
  const { agents: count, seconds, seed, every, out, onProgress, signal, now = Date.now } = options;
  const start = options.start ?? Math.floor((now() - TEN_DAYS_MS) / 1000) * 1000;
  check({ ...options, start }, now());
  const graph = await defaultMap();
  const writer = await createDataset(out, {
    partitions: PARTITIONS,
    everySeconds: every,
    source: { kind: 'generated', model: 'basic', map: graph.name, seed, start, seconds, every, agents: count },
    attribution: graph.attribution,
  });
  try {
    const fleet = newFleet(graph, count, seed, every, (id) => writer.partitionOf(id));
    const buffers = new Array<string>(PARTITIONS).fill('');
    for (let second = 1; second <= seconds; second++) {
      // Within a second, agents keep their order; those of one phase come round together.
      for (const { id, car, partition } of fleet[(second - 1) % every] ?? []) {
        const { position, status } = car.at(second);
        buffers[partition] += probeLine(id, start + second * 1000, status, position[0], position[1]);
        if (buffers[partition]!.length < CHUNK_CHARS) continue;
        await writer.write(partition, buffers[partition]!);
        buffers[partition] = '';
      }
      signal?.throwIfAborted();
      onProgress?.(second, seconds);
      // Signals and the progress line get their turn.
      if (second % 16 === 0) await new Promise(setImmediate);
    }
    for (const [partition, lines] of buffers.entries()) if (lines !== '') await writer.write(partition, lines);
    for (const { id, partition, phase } of fleet.flat()) {
      const fixes = Math.floor((seconds - 1 - phase) / every) + 1;
      const first = start + (1 + phase) * 1000;
      if (fixes > 0) writer.device(id, partition, fixes, first, first + (fixes - 1) * every * 1000);
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Agents by phase: they do not speak all at once, but spread evenly over `every` seconds. */
function newFleet(
  graph: RoadGraph,
  count: number,
  seed: number,
  every: number,
  partitionOf: (id: string) => number,
): Agent[][] {
  const route = newRouter(graph);
  const fleet: Agent[][] = Array.from({ length: every }, () => []);
  for (const [i, id] of deviceIds(seed, count).entries()) {
    const phase = Math.floor((i * every) / count);
    fleet[phase]!.push({ id, car: newCar(graph, route, seed, i), partition: partitionOf(id), phase });
  }
  return fleet;
}

function check({ agents, seconds, every, seed, start }: GenerateOptions & { start: number }, now: number): void {
  const problems: string[] = [];
  const whole = (name: string, value: number, least: number, most: number) => {
    if (!(Number.isInteger(value) && value >= least && value <= most)) {
      problems.push(`${name} must be a whole number from ${least} to ${most.toLocaleString('en')}; got ${value}`);
    }
  };
  whole('--agents', agents, 1, MOST_AGENTS);
  whole('--seconds', seconds, 1, 30 * 86_400);
  whole('--every', every, 1, 86_400);
  whole('--seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (every > seconds)
    problems.push(
      `--every ${every} is longer than the ${seconds} seconds that are generated: devices would have no fix`,
    );
  if (!Number.isInteger(start) || start < 0) problems.push(`--start must be a moment after 1970; got ${start}`);
  else if (start + seconds * 1000 > now) {
    problems.push(
      `--start ${new Date(start).toISOString()} and ${seconds} seconds end in the future; trackers hold the past`,
    );
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'), { hint: 'See "simctl generate --help".' });
}
