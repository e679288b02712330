import { Flags } from '@oclif/core';
import { SimctlCommand } from '../command.ts';
import type { Dataset } from '../dataset.ts';
import { EXIT, UsageError } from '../errors.ts';

export default class Generate extends SimctlCommand {
  static override summary = 'Let a fleet of cars drive on real roads, and write what their devices would report.';
  static override description =
    "The dataset is a directory: probe files in trip-simulator's format, devices.csv and manifest.json. The same seed and start give the same bytes.";
  static override examples = [
    '<%= config.bin %> generate --agents 100 --seconds 7200 --out fleet',
    '<%= config.bin %> generate --agents 1000 --every 1 --start 2026-01-31T08:00:00Z --seed 7 --out rush-hour',
  ];
  static override flags = {
    agents: Flags.integer({ default: 1000, description: 'cars, each with one device' }),
    seconds: Flags.integer({ default: 660, description: 'simulated seconds' }),
    start: Flags.string({
      helpValue: 'TIME',
      description: 'when the simulation begins: ISO 8601, or epoch ms; a whole second, by default ten days ago',
    }),
    seed: Flags.integer({ default: 1, description: 'of everything random' }),
    every: Flags.integer({ default: 30, description: 'seconds between two fixes of a device' }),
    map: Flags.string({ helpValue: 'NAME|FILE', default: 'gothenburg', description: 'roads to drive on' }),
    out: Flags.string({ helpValue: 'DIR', required: true, description: 'where the dataset goes' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Generate);
    const start = flags.start === undefined ? undefined : startTime(flags.start);
    const [{ generateDataset }, { endOnSignals }, { progressLine }] = await Promise.all([
      import('../generator/generate.ts'),
      import('../run/signals.ts'),
      import('../progress-line.ts'),
    ]);
    const ending = endOnSignals();
    const line = progressLine('Generating, simulated seconds');
    const options = { ...flags, start, onProgress: line.update, signal: ending.stop };
    const dataset = await generateDataset(options)
      .catch((error: unknown) => {
        if (!ending.stop.aborted) throw error;
        return undefined;
      })
      .finally(line.end);
    ending.release();
    if (dataset === undefined) {
      this.logToStderr('Interrupted; nothing was written.');
      this.exit(EXIT.interrupted);
    }
    this.announce(dataset, flags.seed);
  }

  private announce({ dir, manifest }: Dataset, seed: number): void {
    const { devices, fixes, firstSampleTime, lastSampleTime, attribution } = manifest;
    const [from, to] = [firstSampleTime, lastSampleTime].map((time) => new Date(time).toISOString());
    this.log(`${devices} devices, ${fixes} fixes from ${from} to ${to}; seed ${seed}`);
    if (attribution) this.log(`Roads ${attribution}`);
    this.log(dir);
  }
}

/** Epoch ms of an ISO 8601 time or a number. */
function startTime(text: string): number {
  const time = /^[0-9]+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(time)) return time;
  throw new UsageError(`--start: "${text}" is no time`, {
    hint: 'Such as --start 2026-01-31T08:00:00Z, or epoch milliseconds.',
  });
}
