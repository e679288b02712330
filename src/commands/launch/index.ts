import { SimctlCommand } from '../../command.ts';
import { EXIT, UsageError } from '../../errors.ts';
import type { LaunchPlan } from '../../launch/plan.ts';
import { Flags, type Interfaces } from '../../oclif.ts';
import { RUN_SETTINGS } from '../../run/settings.ts';
import { defaultsOf, type Settings } from '../../setting.ts';
import { flagsOf } from '../../setting-flags.ts';

/** What this machine decides for all, and what the others have of their own. */
const {
  target: _target,
  stack: _stack,
  credentials: _credentials,
  shard: _shard,
  shards: _shards,
  'start-at': _startAt,
  out: _out,
  metrics: _metrics,
  ingest: _ingest,
  environments: _environments,
  jitter: _jitter,
  drop: _drop,
  'local-address': _localAddress,
  ...ofShards
} = RUN_SETTINGS;

const machines = { group: 'MACHINES' } as const;

const OF_LAUNCH = {
  shards: { ...machines, kind: 'whole', min: 1, value: 'NUMBER', description: 'how many machines' },
  stack: {
    ...machines,
    kind: 'text',
    default: 'simctl',
    value: 'NAME',
    description: 'the stack of infra/ that deployed the backend, and the queue',
  },
  vcpus: { ...machines, kind: 'whole', default: 2, description: 'of each machine' },
  memory: { ...machines, kind: 'whole', default: 4, value: 'GB', description: 'of each machine' },
  image: {
    ...machines,
    kind: 'text',
    value: 'URI',
    description: "what they run; by default the stack's own, of this version",
  },
  'start-in': {
    ...machines,
    kind: 'time',
    unit: 's',
    min: 30,
    default: 300,
    description: 'seconds until sending begins: by then all machines must be there, and all devices connected',
    exclusive: ['start-at'],
  },
  'start-at': {
    ...machines,
    kind: 'text',
    value: 'TIME',
    description: 'the same as a moment: ISO 8601 with its zone, or seconds since 1970',
  },
  out: { kind: 'text', value: 'DIR', description: 'where the whole is written, by default runs/ and the time' },
} as const satisfies Settings;

export default class Launch extends SimctlCommand {
  static override summary =
    'Run from many machines of AWS: hire them, follow them, add up what they leave, take all away.';
  static override description =
    'Each shard of the fleet is a container of AWS Fargate, all together an array job of AWS Batch in the queue that infra/ deploys with -c generators=true. The flags of "simctl run" say what they do.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --shards 20 --agents 100000 --seconds 7200 --pace replay:1 --dry-run',
    '<%= config.bin %> <%= command.id %> --shards 8 --dataset fleet --threshold "lost == 0" --yes',
    '<%= config.bin %> <%= command.id %> list',
  ];
  static override flags = {
    ...flagsOf({ ...ofShards, ...OF_LAUNCH }),
    keep: Flags.boolean({ description: "leave the shards' own results in the bucket" }),
    yes: Flags.boolean({ description: 'do not ask' }),
    'dry-run': Flags.boolean({ description: 'say what would be done, and what it costs' }),
    json: Flags.boolean({ description: 'print only the summary, as JSON' }),
  };

  async run(): Promise<void> {
    const parsed = await this.parse(Launch);
    const { flags } = parsed;
    const [{ endOnSignals }, { exitCodeOf }, { summaryText }, { launch }, { systemClock }, { progressLine }] =
      await Promise.all([
        import('../../run/signals.ts'),
        import('../../run/summary.ts'),
        import('../../run/summary-text.ts'),
        import('../../launch/launch.ts'),
        import('../../clock.ts'),
        import('../../progress-line.ts'),
      ]);
    const ending = endOnSignals(() => {}, Number.POSITIVE_INFINITY);
    const plan = await this.plan(parsed, ending.stop);
    await this.announce(plan, flags['dry-run']);
    if (flags['dry-run']) return ending.release();
    if (!flags.yes) {
      const { confirm } = await import('../../confirm.ts');
      await confirm(`Launch ${flags.shards} machines?`);
    }
    const line = progressLine('Copying the fleet');
    const clock = systemClock();
    const { summary, missing, terminated } = await launch(plan, {
      clock,
      ending,
      note: (text) => this.tell(`${new Date().toISOString().slice(11, 19)} ${text}`),
      onProgress: line.update,
      out: flags.out ?? `runs/${new Date(plan.request.startAt).toISOString().slice(0, 19).replaceAll(':', '-')}`,
      keep: flags.keep,
    }).finally(() => {
      line.end();
      clock.stop();
      ending.release();
    });
    if (flags.json) this.log(JSON.stringify(summary, null, 2));
    else this.say(`\n${summaryText(summary)}`);
    if (terminated === 'interrupted' || summary.interrupted) this.exit(EXIT.interrupted);
    if (missing.length > 0) {
      this.tell(`Error: of ${flags.shards} shards, these left no result: ${missing.join(', ')}`);
      this.exit(EXIT.setup);
    }
    const code = exitCodeOf(summary);
    if (code !== EXIT.done) this.exit(code);
  }

  private async plan(parsed: Parsed, signal: AbortSignal): Promise<LaunchPlan> {
    const [{ planLaunch }, { commandLine }, { parseStartAt }, { optionsOf }] = await Promise.all([
      import('../../launch/plan.ts'),
      import('../../launch/command-line.ts'),
      import('../../run/start-at.ts'),
      import('../../run/options-of.ts'),
    ]);
    const { flags, metadata } = parsed;
    const { shards } = flags;
    if (shards === undefined) throw new UsageError('say how many machines: --shards NUMBER');
    const said = Object.keys(flags).filter((name) => metadata.flags[name]?.setFromDefault !== true);
    // The fleet's files come from elsewhere there.
    const { dataset: _, probes: __, 'csv-columns': ___, ...settings } = ofShards;
    const now = Date.now();
    const startAt = flags['start-at'];
    return planLaunch(
      {
        run: optionsOf({ ...defaultsOf(RUN_SETTINGS), ...flags, ...NOT_HERE, target: 'aws' }),
        args: commandLine(settings, flags, new Set(said)),
        stack: flags.stack,
        shards,
        machine: { vcpus: flags.vcpus, gigabytes: flags.memory },
        image: flags.image,
        startAt: startAt === undefined ? now + flags['start-in'] * 1000 : parseStartAt(startAt),
      },
      now,
      signal,
    );
  }

  private async announce(plan: LaunchPlan, dry: boolean): Promise<void> {
    const { launchText } = await import('../../launch/plan-text.ts');
    const text = launchText(plan);
    if (dry) this.say(text);
    else this.tell(text);
  }
}

/** They are said to each shard by the launch. */
const NOT_HERE = { out: undefined, stack: undefined, shards: undefined, 'start-at': undefined };

type Parsed = Interfaces.ParserOutput<Interfaces.InferredFlags<typeof Launch.flags>>;
