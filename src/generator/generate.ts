import type { Dataset } from '../dataset.ts';
import type { DeviceCounts } from './block.ts';
import { deviceIds } from './device-ids.ts';
import { type FleetOptions, fleetOutlook } from './fleet-options.ts';
import { roadsOf } from './fleet-world.ts';
import { checkOptions, type GenerateOptions, threadsOf } from './generate-options.ts';
import { generateWindows } from './generate-pool.ts';
import { KINDS } from './lines.ts';
import { mapReference } from './map/map-name.ts';
import { modelProvenance } from './model-choice.ts';
import { openOutputs } from './outputs.ts';
import { writePicture } from './picture.ts';

export type { GenerateOptions } from './generate-options.ts';

/** What was generated. */
export interface Generated {
  /** Those that reported at all; 0, as are their fixes, where only a picture was asked for. */
  readonly devices: number;
  readonly fixes: number;
  /** Epoch ms; 0 where nobody reported. */
  readonly firstSampleTime: number;
  readonly lastSampleTime: number;
  /** Of the map, to be shown wherever the trips are. */
  readonly attribution: string;
  readonly dataset?: Dataset;
}

/**
 * A fleet's trips, as a dataset, as the files that trip-simulator writes, as a picture, or all of them: the first fix comes a second after
 * `start` or later, the last no later than `start` + `seconds`. The same options give the same bytes, whatever the number
 * of threads. Nothing is left where it fails or is aborted.
 * @throws UsageError with every problem at once; SetupError where the map is missing or the disk refuses; RunError where a
 * thread died; the signal's reason.
 */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { now = Date.now, signal, onProgress } = options;
  const fleet = await checkOptions(options, now());
  const { attribution } = (await roadsOf(fleet)).graph;
  const kinds = KINDS.filter((kind) => options[kind] !== undefined || (kind === 'probes' && options.out !== undefined));
  const total = newTotal(fleet);
  const write = async () => {
    const expected = fleetOutlook(fleet).fixes;
    const pool = { workers: threadsOf(options), signal };
    const provenance = { source: provenanceOf(fleet), attribution };
    const outputs = await openOutputs(options, fleet, deviceIds(fleet.seed, fleet.agents), provenance);
    try {
      for await (const windows of generateWindows({ ...fleet, kinds, windowSeconds: options.windowSeconds }, pool)) {
        await outputs.write(windows);
        for (const { fixes, counts } of windows) total.add(fixes, counts);
        onProgress?.(total.fixes(), expected);
      }
      signal?.throwIfAborted();
      return await outputs.finish();
    } catch (error) {
      await outputs.abort();
      throw error;
    }
  };
  const dataset = kinds.length > 0 ? await write() : undefined;
  if (options.picture !== undefined) await writePicture(options.picture, fleet, signal);
  return { ...total.sum(), attribution, ...(dataset && { dataset }) };
}

/** As `generate`, for whoever wants a dataset. */
export async function generateDataset(options: GenerateOptions & { readonly out: string }): Promise<Dataset> {
  return (await generate(options)).dataset!;
}

/** All that the fleet can be made from again. */
function provenanceOf(fleet: FleetOptions): Record<string, unknown> {
  const { agents, seconds, every, seed, start, map, model, properties } = fleet;
  const origin = { kind: 'generated', ...modelProvenance(model), map: mapReference(map), seed };
  return { ...origin, start, seconds, every, agents, ...(properties && { properties }) };
}

function newTotal({ start }: FleetOptions) {
  const sum = { devices: 0, fixes: 0 };
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  return {
    fixes: () => sum.fixes,
    add(fixes: number, counts: DeviceCounts | undefined): void {
      sum.fixes += fixes;
      for (const [n, count] of counts?.fixes.entries() ?? []) {
        if (count === 0) continue;
        sum.devices++;
        first = Math.min(first, counts!.firstSecond[n]!);
        last = Math.max(last, counts!.lastSecond[n]!);
      }
    },
    sum(): Pick<Generated, 'devices' | 'fixes' | 'firstSampleTime' | 'lastSampleTime'> {
      const time = (second: number) => (sum.devices === 0 ? 0 : start + second * 1000);
      return { ...sum, firstSampleTime: time(first), lastSampleTime: time(last) };
    },
  };
}
