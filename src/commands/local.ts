import { SimctlCommand } from '../command.ts';
import { Flags } from '../oclif.ts';

export default class Local extends SimctlCommand {
  static override summary = 'Run the AWS services on this machine, for simctl and for any AWS client.';

  static override description =
    `IoT Core (broker, registry and control plane), the ingest function behind its topic rule, ten Amazon Location trackers
the query API and the map page, all in memory unless there is a --data-dir. It runs until it is interrupted, and prints
what other programs need to use it.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %> --ready-file target.json',
    '<%= config.bin %> <%= command.id %> --http-port 0 --mqtt-port 0 --environments 20 --jitter 200',
  ];

  static override flags = {
    host: Flags.string({
      default: '127.0.0.1',
      description: 'address to listen on; beyond loopback, anybody may read and write',
    }),
    'http-port': Flags.integer({
      default: 4580,
      min: 0,
      max: 65_535,
      description: 'port of the AWS APIs and the query API (0: any free one)',
    }),
    'mqtt-port': Flags.integer({
      default: 8883,
      min: 0,
      max: 65_535,
      description: 'port of the broker (0: any free one)',
    }),
    'https-port': Flags.integer({
      default: 0,
      min: 0,
      max: 65_535,
      description: 'port of MQTT over WebSocket (wss), and of MQTT with ALPN, as on port 443 of AWS (0: any free one)',
    }),
    dir: Flags.directory({
      description: 'where its certificate, ingest log and log go (default: "local" in simctl\'s directory)',
    }),
    'data-dir': Flags.string({
      description:
        'directory to keep all in that it acknowledges, so that a kill or restart loses none (default: memory)',
    }),
    'ready-file': Flags.string({ description: 'file to write, once it is ready, for --target of other commands' }),
    trackers: Flags.integer({ default: 10, min: 1, max: 500, description: 'trackers to create' }),
    map: Flags.string({
      helpValue: 'NAME|FILE',
      default: 'gothenburg',
      description: 'roads that the map page shows, as for "simctl generate"',
    }),
    region: Flags.string({ default: 'eu-west-1', description: 'region that it claims to be' }),
    quota: Flags.string({
      default: 'none',
      helpValue: 'none|aws|N/s',
      description:
        "hold devices and requests to the trackers to AWS's default rates, such as 50 writes a second; or all devices to N publishes a second",
    }),
    drop: Flags.string({ multiple: true, description: 'message to lose, <device id>@<seq>, to see it found' }),
    ingest: Flags.option({
      options: ['lambda', 'stream', 'direct'] as const,
      default: 'lambda' as const,
      helpGroup: 'INGEST',
      description:
        "from the topic to the trackers: a function for each message, a stream with batches of ten, or the rule's own action",
    })(),
    jitter: Flags.integer({
      min: 0,
      default: 0,
      helpGroup: 'INGEST',
      description: 'ms, at most, that a message takes through the rule engine: reorders, whatever the design',
    }),
    environments: Flags.integer({
      min: 1,
      helpGroup: 'INGEST',
      description: 'events handled at once; more than one may reorder them (default 1)',
    }),
    'cold-start': Flags.integer({
      min: 0,
      helpGroup: 'INGEST',
      description: 'ms that a new environment takes (default 0)',
    }),
    service: Flags.integer({
      min: 0,
      helpGroup: 'INGEST',
      description: 'ms, on average, that an event takes (default 0)',
    }),
    'queue-jitter': Flags.integer({
      min: 0,
      helpGroup: 'INGEST',
      description: 'ms, at most, that an event waits in the queue before it (default 0)',
    }),
    seed: Flags.integer({ helpGroup: 'INGEST', description: 'seed of these delays (default 1)' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Local);
    const [{ startStandIn }, { parseQuota }, { serveUntilStopped }, { homeDir }, { join, resolve }] = await Promise.all(
      [
        import('../local/spawn.ts'),
        import('../local/quota-choice.ts'),
        import('../local/serve.ts'),
        import('../home.ts'),
        import('node:path'),
      ],
    );
    const dir = resolve(flags.dir ?? join(homeDir(), 'local'));
    const lambda = {
      environments: flags.environments,
      coldStartMs: flags['cold-start'],
      serviceMs: flags.service,
      jitterMs: flags['queue-jitter'],
      seed: flags.seed,
    };
    const standIn = await startStandIn({
      dir,
      credentialsDir: join(dir, 'credentials'),
      ...(flags['data-dir'] === undefined ? {} : { dataDir: resolve(flags['data-dir']) }),
      host: flags.host,
      httpPort: flags['http-port'],
      mqttPort: flags['mqtt-port'],
      httpsPort: flags['https-port'],
      trackers: flags.trackers,
      region: flags.region,
      map: flags.map,
      drop: flags.drop ?? [],
      quota: parseQuota(flags.quota),
      ingest: flags.ingest,
      jitterMs: flags.jitter,
      lambda: Object.fromEntries(Object.entries(lambda).filter(([, value]) => value !== undefined)),
    });
    await serveUntilStopped(standIn, {
      readyFile: flags['ready-file'],
      print: (text) => this.log(text),
      terminal: process.stdout,
    });
  }
}
