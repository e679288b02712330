import { availableParallelism } from 'node:os';
import { SimctlCommand } from '../command.ts';
import type { Reporter } from '../dashboard/reporter.ts';
import { EXIT } from '../errors.ts';
import { fleetFlags } from '../fleet-flags.ts';
import { Flags, type Interfaces } from '../oclif.ts';
import type { MetricsEndpoint } from '../run/metrics-endpoint.ts';
import type { RunOptions } from '../run/options.ts';

const fleet = { helpGroup: 'FLEET' };
const backend = { helpGroup: 'BACKEND' };
const load = { helpGroup: 'LOAD' };
const machines = { helpGroup: 'MANY MACHINES' };
const verdict = { helpGroup: 'VERDICT (exit code 4)' };
const standIn = { helpGroup: 'EMBEDDED STAND-IN' };

export default class Run extends SimctlCommand {
  static override summary = 'Drive a fleet through the backend, and say what became of every update.';
  static override description =
    'With no flags: 1,000 cars, each with its own certificate, over MQTT against a stand-in of the AWS services that starts by itself.';
  static override examples = [
    '<%= config.bin %> run',
    '<%= config.bin %> run --probes probes.ndjson.gz --pace replay:60 --json',
    '<%= config.bin %> run --threshold "lost == 0" --threshold "response.p99 < 250ms in every 10s"',
    '<%= config.bin %> run --target local.json --dataset fleet --transport tracker',
    '<%= config.bin %> run --generate --agents 10000 --seconds 7200 --model delivery --map city.osm.pbf',
  ];
  static override flags = {
    dataset: Flags.string({
      ...fleet,
      helpValue: 'DIR',
      description: 'what "simctl generate" wrote',
      exclusive: ['probes'],
    }),
    probes: Flags.string({
      ...fleet,
      helpValue: 'FILE',
      multiple: true,
      description: "trip-simulator's probe files, or CSV; plain or .gz",
    }),
    'csv-columns': Flags.string({
      ...fleet,
      helpValue: 'id=…,time=…,lon=…,lat=…',
      description: 'which CSV column holds what',
      dependsOn: ['probes'],
    }),
    generate: Flags.boolean({
      ...fleet,
      description: 'generate while sending: no file holds the trips, so a fleet may be of any length',
      exclusive: ['dataset', 'probes'],
    }),
    agents: Flags.integer({ ...fleet, default: 1000, description: 'devices to generate' }),
    seconds: Flags.integer({ ...fleet, default: 660, description: 'simulated seconds to generate' }),
    seed: Flags.integer({ ...fleet, default: 1, description: 'of everything random' }),
    every: Flags.integer({
      ...fleet,
      default: 30,
      description: 'seconds of sample time between two fixes of a device',
    }),
    ...fleetFlags,
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
    'query-endpoint': Flags.string({
      ...backend,
      helpValue: 'URL',
      description: 'the query API to look through as a viewer does',
    }),
    transport: Flags.string({ ...backend, default: 'iot', options: ['iot', 'mqtt', 'tracker', 'memory'] }),
    client: Flags.string({ ...backend, default: 'lean', options: ['lean', 'mqttjs', 'device-sdk'] }),
    broker: Flags.string({ ...backend, helpValue: 'mqtt://HOST:PORT', description: 'for --transport mqtt' }),
    topic: Flags.string({ ...backend, default: 'simUploadLocation', description: 'devices publish below it' }),
    qos: Flags.integer({ ...backend, default: 1, min: 0, max: 1 }),
    'legacy-swap': Flags.boolean({ ...backend, description: "the 2022 project's payload, byte for byte" }),
    linger: Flags.integer({
      ...backend,
      default: 20,
      min: 0,
      description: 'ms an update waits for others to share its request (tracker)',
    }),
    ingest: Flags.string({
      ...standIn,
      default: 'lambda',
      options: ['lambda', 'stream', 'direct'],
      description: "from topic to tracker: a function for each message, a stream in batches, or the rule's own action",
    }),
    environments: Flags.integer({
      ...standIn,
      default: 1,
      min: 1,
      description: 'ingest functions at work at once; more than one may reorder updates',
    }),
    jitter: Flags.integer({
      ...standIn,
      default: 0,
      min: 0,
      description: 'ms, at most, that a message takes through the rule engine',
    }),
    drop: Flags.string({
      ...standIn,
      multiple: true,
      default: [],
      helpValue: 'DEVICE@SEQ',
      description: 'an update to lose, to see that it is found out',
    }),
    pace: Flags.string({
      ...load,
      default: 'replay:10',
      description:
        'replay, replay:SPEED, rate:N/s (open loop, the whole fleet), max, or a profile: "ramp:100..1000/s over 60s", steps, spike, sine, and several with "then"',
    }),
    'min-gap': Flags.string({
      ...load,
      default: '0',
      helpValue: 'MS|auto',
      description: "ms a device waits after an answer; auto is the 2022 project's rule, 100 + 6000 / devices",
    }),
    live: Flags.boolean({ ...load, description: 'stamp the present as sample time' }),
    shift: Flags.integer({ ...load, description: 'ms to add to every sample time, by hand' }),
    workers: Flags.integer({ ...load, description: 'threads; by default one less than there are cores' }),
    shard: Flags.string({
      ...machines,
      helpValue: 'INDEX/NUMBER',
      description: "this process's part of the fleet: 0/4 is the first of four, 3/4 the last",
      exclusive: ['shards'],
    }),
    shards: Flags.integer({
      ...machines,
      min: 1,
      helpValue: 'NUMBER',
      description:
        'of so many the part that AWS_BATCH_JOB_ARRAY_INDEX, JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID says',
    }),
    'start-at': Flags.string({
      ...machines,
      helpValue: 'TIME',
      description: 'when sending begins, the same for all: ISO 8601 with its zone, or seconds since 1970',
    }),
    'connect-concurrency': Flags.integer({
      ...load,
      default: 32,
      description: 'devices that connect at a time, per worker',
    }),
    'connect-rate': Flags.integer({
      ...load,
      min: 1,
      helpValue: 'N',
      description: 'devices that connect a second, at most, over all workers',
    }),
    'ack-timeout': Flags.integer({ ...load, default: 10_000, min: 1, description: 'ms until an answer is missing' }),
    settle: Flags.integer({
      ...load,
      default: 3000,
      min: 0,
      description: 'ms without a change after which the backend has settled',
    }),
    poll: Flags.integer({ ...load, default: 1000, min: 1, description: "ms between two of the viewer's polls" }),
    threshold: Flags.string({
      ...verdict,
      multiple: true,
      default: [],
      helpValue: 'TEXT',
      description: 'such as "response.p99 < 250ms", "failed < 0.1%", "lost == 0", "service.p90 < 50ms in every 10s"',
    }),
    'lag-limit': Flags.integer({
      ...verdict,
      default: 250,
      min: 1,
      helpValue: 'MS',
      description: '99th percentile of its own lag beyond which the generator counts as saturated',
    }),
    out: Flags.string({
      multiple: true,
      helpValue: 'DIR|s3://BUCKET/PREFIX',
      description:
        'where everything is written, by default runs/ and the time; a bucket gets a copy at the end. A shard has a directory of its own below',
    }),
    metrics: Flags.string({
      helpValue: '[HOST]:PORT',
      description: 'serve the figures while it lasts: /metrics for Prometheus, and what "simctl top" shows',
    }),
    'dry-run': Flags.boolean({ description: 'say what would be done' }),
    json: Flags.boolean({ description: 'print only the summary, as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Run);
    const [
      { run },
      { dryRun },
      { summaryText, hasPassed },
      { endOnSignals },
      { openReporter },
      { placesOf },
      { newPauseSwitch },
      machine,
    ] = await Promise.all([
      import('../run/run.ts'),
      import('../run/dry-run.ts'),
      import('../run/summary.ts'),
      import('../run/signals.ts'),
      import('../dashboard/open.ts'),
      import('../run/bucket.ts'),
      import('../workers/pause.ts'),
      machineOf(flags),
    ]);
    const options = { ...optionsOf(flags, placesOf(flags.out ?? [])), ...machine };
    if (flags['dry-run']) return this.log(await dryRun(options));
    const pause = newPauseSwitch();
    const reporter = await openReporter(flags.json ? process.stderr : process.stdout, 'simctl run', {
      stop: () => ending.request(),
      stopText: 'stop: what is in flight finishes, and the report says what was sent',
      pause: () => pause.toggle(),
    });
    const ending = endOnSignals(() => reporter.stopping());
    const endpoint = await openEndpoint(flags.metrics, reporter);
    const watched = endpoint?.watch(reporter) ?? reporter;
    const summary = await run(options, { reporter: watched, ending, pause }).finally(async () => {
      await endpoint?.close();
      await reporter.close();
    });
    ending.release();
    this.log(flags.json ? JSON.stringify(summary, null, 2) : `\n${summaryText(summary)}`);
    if (summary.interrupted) this.exit(EXIT.interrupted);
    if (!hasPassed(summary)) this.exit(EXIT.verdict);
  }
}

/** Which part of the fleet, and from when on. */
async function machineOf({
  shard,
  shards,
  'start-at': startAt,
}: Interfaces.InferredFlags<typeof Run.flags>): Promise<Pick<RunOptions, 'shard' | 'startAt'>> {
  const [{ chooseShard }, { parseStartAt }] = await Promise.all([
    import('../run/shard-choice.ts'),
    import('../run/start-at.ts'),
  ]);
  return {
    shard: chooseShard({ shard, shards }, process.env),
    startAt: startAt === undefined ? undefined : parseStartAt(startAt),
  };
}

async function openEndpoint(at: string | undefined, reporter: Reporter): Promise<MetricsEndpoint | undefined> {
  if (at === undefined) return undefined;
  const { openMetricsEndpoint } = await import('../run/metrics-endpoint.ts');
  const endpoint = await openMetricsEndpoint(at).catch(async (error) => {
    await reporter.close();
    throw error;
  });
  reporter.note(`For Prometheus: ${endpoint.url}/metrics; from elsewhere: simctl top --metrics ${endpoint.url}`);
  return endpoint;
}

function optionsOf(
  flags: Interfaces.InferredFlags<typeof Run.flags>,
  places: Pick<RunOptions, 'out' | 'upload'>,
): RunOptions {
  return {
    ...places,
    dataset: flags.dataset,
    probes: flags.probes,
    csvColumns: flags['csv-columns'],
    generate: {
      agents: flags.agents,
      seconds: flags.seconds,
      seed: flags.seed,
      map: flags.map,
      model: flags.model,
      profile: flags.profile,
      mend: flags.mend,
      dropouts: flags.dropouts,
      properties: flags.properties,
      asTheyGo: flags.generate,
    },
    every: flags.every,
    target: flags.target,
    stack: flags.stack,
    queryEndpoint: flags['query-endpoint'],
    transport: flags.transport as RunOptions['transport'],
    client: flags.client as RunOptions['client'],
    broker: flags.broker,
    topicRoot: flags.topic,
    qos: flags.qos === 0 ? 0 : 1,
    legacySwap: flags['legacy-swap'],
    ackTimeoutMs: flags['ack-timeout'],
    connectTimeoutMs: flags['ack-timeout'],
    lingerMs: flags.linger,
    pace: flags.pace,
    minGap: flags['min-gap'],
    live: flags.live,
    shift: flags.shift,
    workers: flags.workers ?? Math.max(1, availableParallelism() - 1),
    connectConcurrency: flags['connect-concurrency'],
    connectRate: flags['connect-rate'],
    settleMs: flags.settle,
    pollMs: flags.poll,
    thresholds: flags.threshold,
    lagLimitMs: flags['lag-limit'],
    standIn: {
      ingest: flags.ingest as RunOptions['standIn']['ingest'],
      environments: flags.environments,
      jitterMs: flags.jitter,
    },
    drop: flags.drop,
  };
}
