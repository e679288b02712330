import { createDataset, type Dataset, type DatasetWriter, probeLine } from '../dataset.ts';
import { agentRandom, PURPOSE } from './agent-random.ts';
import { type Car, newCar } from './car.ts';
import { deviceIds } from './device-ids.ts';
import { checkOptions, type GenerateOptions } from './generate-options.ts';
import { readMap } from './map/read-map.ts';
import type { RoadMap } from './map/road-map.ts';
import { newWorld } from './world.ts';

export type { GenerateOptions } from './generate-options.ts';

const PARTITIONS = 16;
const CHUNK_CHARS = 256 * 1024;

interface Agent {
  readonly id: string;
  readonly car: Car;
  readonly partition: number;
  /** Its first fix comes this many seconds after the first possible one. */
  readonly phase: number;
}

/** What the probes of a fleet are made of. Times in seconds, but for `start`: epoch ms. */
interface Timetable {
  readonly start: number;
  readonly seconds: number;
  readonly every: number;
}

/**
 * A fleet of cars, as a dataset in trip-simulator's format: the first fix a second after `start` or later, the last no
 * later than `start` + `seconds`. The same seed and start give the same
 * bytes. Nothing is left where it fails or is aborted.
 * @throws UsageError with every problem at once; SetupError where the map is missing; the signal's reason.
 */
export async function generateDataset(options: GenerateOptions): Promise<Dataset> {
  const { agents, seconds, every, seed, out, now = Date.now } = options;
  const start = checkOptions(options, now());
  const map = await readMap(options.map);
  const writer = await createDataset(out, {
    partitions: PARTITIONS,
    everySeconds: every,
    source: { kind: 'generated', model: 'basic', map: map.graph.name, seed, start, seconds, every, agents },
    attribution: map.graph.attribution,
  });
  try {
    const timetable = { start, seconds, every };
    const fleet = newFleet(map, options, (id) => writer.partitionOf(id));
    for (const { id, partition, phase } of fleet) {
      const fixes = Math.floor((seconds - 1 - phase) / every) + 1;
      const first = start + (1 + phase) * 1000;
      writer.device(id, partition, fixes, first, first + (fixes - 1) * every * 1000);
    }
    await writeProbes(fleet, timetable, writer, options);
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Phases are drawn, so that the devices do not speak all at once; where time is short, each still has one fix. */
function newFleet(
  map: RoadMap,
  { agents, seconds, every, seed }: GenerateOptions,
  partitionOf: (id: string) => number,
): Agent[] {
  const world = newWorld(map);
  return deviceIds(seed, agents).map((id, agent) => ({
    id,
    car: newCar(world, seed, agent),
    partition: partitionOf(id),
    phase: agentRandom(seed, agent, PURPOSE.phase).below(Math.min(every, seconds)),
  }));
}

/** Second by second; within a second, agents keep their order, and those of one phase come round together. */
async function writeProbes(
  fleet: readonly Agent[],
  { start, seconds, every }: Timetable,
  writer: DatasetWriter,
  { signal, onProgress }: GenerateOptions,
): Promise<void> {
  const byPhase = new Map<number, Agent[]>();
  for (const agent of fleet) {
    const others = byPhase.get(agent.phase);
    if (others) others.push(agent);
    else byPhase.set(agent.phase, [agent]);
  }
  const buffers = new Array<string>(PARTITIONS).fill('');
  for (let second = 1; second <= seconds; second++) {
    for (const { id, car, partition } of byPhase.get((second - 1) % every) ?? []) {
      const { position, status } = car.at(second);
      buffers[partition] += probeLine(id, start + second * 1000, status, position[0], position[1]);
      if (buffers[partition]!.length < CHUNK_CHARS) continue;
      await writer.write(partition, buffers[partition]!);
      buffers[partition] = '';
    }
    // Signals and the progress line get their turn.
    await new Promise(setImmediate);
    signal?.throwIfAborted();
    onProgress?.(second, seconds);
  }
  for (const [partition, lines] of buffers.entries()) if (lines !== '') await writer.write(partition, lines);
}
