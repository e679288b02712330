import { availableParallelism } from 'node:os';
import { Flags, type Interfaces } from '@oclif/core';
import { SimctlCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { DEFAULT_THRESHOLDS } from '../run/capacity/default-thresholds.ts';
import type { CapacityOptions } from '../run/capacity/options.ts';

const load = { helpGroup: 'LOAD' };
const verdict = { helpGroup: 'VERDICT' };
const backend = { helpGroup: 'BACKEND' };
const standIn = { helpGroup: 'EMBEDDED STAND-IN' };

export default class Capacity extends SimctlCommand {
  static override summary = 'Find the load that a target can bear: raise it until a threshold breaks, then close in.';
  static override description =
    `Each step is a run of its own, of --step-time seconds at an even rate, with the same devices against the same target. The
load grows by --factor until a threshold breaks; then the gap is halved until it is no wider than --precision. A load that
breaks is tried again, up to --repeat times, and the majority decides. A step that broke while the generator itself was late
is no evidence; where that goes on, the answer is that the generator is the limit.

Exit code 0: the knee was found, or there is none up to --to. 4: it breaks at every load, or the generator is the limit.`;
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --transport mqtt --broker mqtt://localhost:1883 --from 1000 --to 100000',
    '<%= config.bin %> <%= command.id %> --threshold "endToEnd.p90 < 2s" --ingest stream --step-time 30s',
    '<%= config.bin %> <%= command.id %> --by devices --interval 30s --from 100 --to 10000',
    '<%= config.bin %> <%= command.id %> --target aws --stack simctl --to 500',
  ];
  static override flags = {
    by: Flags.option({
      ...load,
      options: ['rate', 'devices'] as const,
      default: 'rate' as const,
      description: 'what is raised: updates a second of the whole fleet, or the number of its devices',
    })(),
    from: Flags.integer({ ...load, default: 50, min: 1, description: 'the first load' }),
    to: Flags.integer({ ...load, default: 10_000, min: 1, description: 'the last, where nothing breaks before' }),
    factor: Flags.string({ ...load, default: '2', description: 'each load, while it is raised, over the one before' }),
    precision: Flags.string({ ...load, default: '5%', helpValue: 'N%', description: 'how narrow the answer is' }),
    repeat: Flags.integer({
      ...load,
      default: 3,
      min: 1,
      description: 'steps of one load of which the majority decides; 1 believes every step',
    }),
    'step-time': Flags.string({ ...load, default: '20s', helpValue: 'SECONDS', description: 'that a step lasts' }),
    'warm-up': Flags.string({
      ...load,
      default: '5s',
      helpValue: 'SECONDS',
      description: 'before that, and not counted: connections are new, and quotas have a burst to give',
    }),
    interval: Flags.string({
      ...load,
      default: '30s',
      helpValue: 'SECONDS',
      description: 'with --by devices: between two updates of a device',
    }),
    agents: Flags.integer({
      ...load,
      default: 500,
      min: 1,
      description: 'with --by rate: devices that share the load; each has one update under way at a time',
    }),
    seed: Flags.integer({ ...load, default: 1, description: 'of everything random; it names the devices' }),
    workers: Flags.integer({ ...load, description: 'threads; by default one less than there are cores' }),
    threshold: Flags.string({
      ...verdict,
      multiple: true,
      default: DEFAULT_THRESHOLDS,
      helpValue: 'TEXT',
      description:
        'what every step must keep to, as for "simctl run"; what is measured while sending, without the warm-up',
    }),
    'lag-limit': Flags.integer({
      ...verdict,
      default: 50,
      min: 1,
      helpValue: 'MS',
      description: '99th percentile of its own lag beyond which a step that broke is put down to the generator',
    }),
    target: Flags.string({
      ...backend,
      default: 'local',
      helpValue: 'local|aws|FILE',
      description: 'an embedded stand-in, the real services, or the ready file of a "simctl local"',
    }),
    stack: Flags.string({
      ...backend,
      helpValue: 'NAME',
      description: 'with --target aws: the stack of infra/ that deployed the backend',
    }),
    transport: Flags.string({ ...backend, default: 'iot', options: ['iot', 'mqtt', 'tracker', 'memory'] }),
    client: Flags.string({ ...backend, default: 'lean', options: ['lean', 'mqttjs', 'device-sdk'] }),
    broker: Flags.string({ ...backend, helpValue: 'mqtt://HOST:PORT', description: 'for --transport mqtt' }),
    topic: Flags.string({ ...backend, default: 'simUploadLocation', description: 'devices publish below it' }),
    qos: Flags.integer({ ...backend, default: 1, min: 0, max: 1 }),
    'ack-timeout': Flags.integer({ ...backend, default: 5000, min: 1, description: 'ms until an answer is missing' }),
    settle: Flags.integer({
      ...backend,
      default: 2000,
      min: 0,
      description: 'ms without a change after which the backend has settled, before the next step',
    }),
    poll: Flags.integer({ ...backend, default: 1000, min: 1, description: "ms between two of the viewer's polls" }),
    ingest: Flags.string({
      ...standIn,
      default: 'lambda',
      options: ['lambda', 'stream', 'direct'],
      description: 'from topic to tracker, as for "simctl run"',
    }),
    environments: Flags.integer({ ...standIn, default: 1, min: 1, description: 'ingest functions at work at once' }),
    jitter: Flags.integer({
      ...standIn,
      default: 0,
      min: 0,
      description: 'ms, at most, that a message takes through the rule engine',
    }),
    quota: Flags.string({
      ...standIn,
      default: 'none',
      helpValue: 'none|aws|N/s',
      description: 'rates it holds devices and trackers to, as for "simctl local"',
    }),
    out: Flags.string({
      helpValue: 'DIR',
      description: 'where everything is written; by default runs/, the time and -capacity',
    }),
    yes: Flags.boolean({ description: 'do not ask before it costs money (--target aws)' }),
    json: Flags.boolean({ description: 'print only the result, as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Capacity);
    const [{ capacity }, { capacityText, isAnswered }, { confirm }, { endOnSignals }, { openReporter }] =
      await Promise.all([
        import('../run/capacity/capacity.ts'),
        import('../run/capacity/report.ts'),
        import('../confirm.ts'),
        import('../run/signals.ts'),
        import('../dashboard/open.ts'),
      ]);
    const options = await optionsOf(flags);
    const reporter = await openReporter(flags.json ? process.stderr : process.stdout, 'simctl capacity');
    const ending = endOnSignals(() => reporter.stopping());
    const ask = async (cost: string) => (flags.yes ? undefined : await confirm(`${cost}. Go on?`));
    const result = await capacity(options, { reporter, ending, confirm: ask }).finally(() => reporter.close());
    ending.release();
    this.log(flags.json ? JSON.stringify(result, null, 2) : `\n${capacityText(result)}`);
    if (result.interrupted) this.exit(EXIT.interrupted);
    if (!isAnswered(result)) this.exit(EXIT.verdict);
  }
}

async function optionsOf(flags: Interfaces.InferredFlags<typeof Capacity.flags>): Promise<CapacityOptions> {
  const [{ parseSeconds, parseShare }, { parseQuota }] = await Promise.all([
    import('../run/capacity/amounts.ts'),
    import('../local/quota-choice.ts'),
  ]);
  // What has no other fix needs none that is 30 s of sample time from it: there is no tracker to filter it.
  const plain = flags.transport === 'mqtt' || flags.transport === 'memory';
  return {
    search: {
      from: flags.from,
      to: flags.to,
      factor: Number(flags.factor),
      precision: parseShare('--precision', flags.precision),
      repeat: flags.repeat,
      whole: flags.by === 'devices',
    },
    by: flags.by,
    intervalSeconds: parseSeconds('--interval', flags.interval),
    stepSeconds: parseSeconds('--step-time', flags['step-time']),
    warmUpSeconds: parseSeconds('--warm-up', flags['warm-up']),
    thresholds: flags.threshold,
    lagLimitMs: flags['lag-limit'],
    quota: parseQuota(flags.quota),
    run: {
      out: flags.out,
      dataset: undefined,
      probes: undefined,
      csvColumns: undefined,
      generate: { agents: flags.agents, seconds: 0, seed: flags.seed },
      every: plain ? 1 : 30,
      target: flags.target,
      stack: flags.stack,
      queryEndpoint: undefined,
      transport: flags.transport as CapacityOptions['run']['transport'],
      client: flags.client as CapacityOptions['run']['client'],
      broker: flags.broker,
      topicRoot: flags.topic,
      qos: flags.qos === 0 ? 0 : 1,
      legacySwap: false,
      ackTimeoutMs: flags['ack-timeout'],
      connectTimeoutMs: Math.max(10_000, flags['ack-timeout']),
      lingerMs: 20,
      standIn: {
        ingest: flags.ingest as CapacityOptions['run']['standIn']['ingest'],
        environments: flags.environments,
        jitterMs: flags.jitter,
      },
      drop: [],
      pace: 'max',
      minGap: '0',
      live: false,
      shift: undefined,
      workers: flags.workers ?? Math.max(1, availableParallelism() - 1),
      connectConcurrency: 32,
      connectRate: undefined,
      settleMs: flags.settle,
      pollMs: flags.poll,
      thresholds: [],
      lagLimitMs: flags['lag-limit'],
    },
  };
}
