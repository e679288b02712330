import { SimctlCommand } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { fleetFlags } from '../fleet-flags.ts';
import type { Generated } from '../generator/generate.ts';
import { Flags } from '../oclif.ts';
import { RUN_SETTINGS } from '../run/settings.ts';
import { flagsOf } from '../setting-flags.ts';

const { agents, seconds, seed, every } = RUN_SETTINGS;
const output = { helpGroup: 'OUTPUT' };
const fleet = { helpGroup: 'FLEET' };
const engine = { helpGroup: 'ENGINE' };

export default class Generate extends SimctlCommand {
  static override summary = 'Let a fleet of vehicles drive on real roads, and write what their devices would report.';
  static override description =
    "The same seed and start give the same bytes. A dataset is a directory: probe files in trip-simulator's format, devices.csv and manifest.json. The other outputs are files as trip-simulator's flags of the same name write them; where the name ends with .gz they are compressed. Whatever is there is replaced once all is written.";
  static override examples = [
    '<%= config.bin %> generate --agents 100 --seconds 2h --out fleet',
    '<%= config.bin %> generate --agents 1000 --every 1 --start 2026-01-31T08:00:00Z --seed 7 --out rush-hour',
    '<%= config.bin %> generate --model compat --map honolulu.osm.pbf --agents 500 --every 1 --probes probes.json --trips trips.json.gz',
  ];
  static override flags = {
    out: Flags.string({ ...output, helpValue: 'DIR', description: 'a dataset, for "simctl run --dataset"' }),
    probes: Flags.string({ ...output, helpValue: 'FILE', description: 'where every device is, second by second' }),
    traces: Flags.string({ ...output, helpValue: 'FILE', description: 'every way that was chosen' }),
    changes: Flags.string({ ...output, helpValue: 'FILE', description: 'when vehicles became free or taken' }),
    trips: Flags.string({ ...output, helpValue: 'FILE', description: 'every trip, with its route, once it is over' }),
    picture: Flags.string({
      ...output,
      helpValue: 'FILE.svg',
      description: 'the roads, and what some of the vehicles drive, to look at',
    }),
    ...flagsOf({ agents: { ...agents, description: 'vehicles, each with one device' }, seconds }),
    start: Flags.string({
      ...fleet,
      helpValue: 'TIME',
      description: 'when the simulation begins: ISO 8601, or epoch ms; a whole second, by default ten days ago',
    }),
    ...flagsOf({ seed, every }),
    ...fleetFlags,
    engine: Flags.string({
      ...engine,
      default: 'simctl',
      options: ['simctl', 'trip-simulator'],
      description: 'who drives: simctl itself, or the real trip-simulator where it is installed',
    }),
    graph: Flags.string({
      ...engine,
      helpValue: 'FILE.osrm',
      description: 'the contracted OSRM graph of the --map (--engine trip-simulator)',
    }),
    workers: Flags.integer({
      helpValue: 'N',
      ...engine,
      description:
        'threads, or processes of trip-simulator; by default one a core, four threads at most, fewer for a small fleet',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Generate);
    const start = flags.start === undefined ? undefined : startTime(flags.start);
    const [generate, { endOnSignals }, { progressLine }] = await Promise.all([
      engineOf(flags),
      import('../run/signals.ts'),
      import('../progress-line.ts'),
    ]);
    const ending = endOnSignals();
    const line = progressLine('Generating', process.stderr, Date.now, 'probes');
    const generated = await generate({ ...flags, start, onProgress: line.update, signal: ending.stop })
      .catch((error: unknown) => {
        if (!ending.stop.aborted) throw error;
        return undefined;
      })
      .finally(line.end);
    ending.release();
    if (generated === undefined) {
      this.logToStderr('Interrupted; nothing was written.');
      this.exit(EXIT.interrupted);
    }
    this.announce(generated, flags);
  }

  private announce(generated: Generated, flags: Record<string, unknown> & { seed: number }): void {
    const { devices, fixes, firstSampleTime, lastSampleTime, attribution } = generated;
    const [from, to] = [firstSampleTime, lastSampleTime].map((time) => new Date(time).toISOString());
    if (devices > 0)
      this.log(
        `${devices} devices, ${fixes} fixes from ${from} to ${to}${flags.engine === 'simctl' ? `; seed ${flags.seed}` : ''}`,
      );
    this.log(`Roads ${attribution}`);
    if (generated.dataset) this.log(generated.dataset.dir);
    for (const kind of ['probes', 'traces', 'changes', 'trips', 'picture'])
      if (flags[kind]) this.log(String(flags[kind]));
  }
}

async function engineOf({ engine, graph }: { engine: string; graph?: string | undefined }) {
  if (engine === 'trip-simulator') return (await import('../generator/trip-simulator.ts')).generateWithTool;
  if (graph !== undefined)
    throw new UsageError("--graph is trip-simulator's; simctl's own engine reads the --map alone", {
      hint: 'Leave it out, or say --engine trip-simulator.',
    });
  return (await import('../generator/generate.ts')).generate;
}

/** A date, or a time of one; Date.parse alone takes "apples 5" for one. */
const ISO = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/;

/** Epoch ms of an ISO 8601 time or a number. */
function startTime(text: string): number {
  const time = /^[0-9]+$/.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(time)) return time;
  throw new UsageError(`--start: "${text}" is no time`, {
    hint: 'Such as --start 2026-01-31T08:00:00Z, or epoch milliseconds.',
  });
}
