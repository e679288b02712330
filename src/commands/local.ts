import { SimctlCommand } from '../command.ts';
import { Flags } from '../oclif.ts';
import { flagsOf } from '../setting-flags.ts';

const ingest = { group: 'INGEST' } as const;
const ms = { ...ingest, kind: 'time', unit: 'ms', min: 0 } as const;

export default class Local extends SimctlCommand {
  static override summary = 'Run the AWS services on this machine, for simctl and for any AWS client.';

  static override description =
    'IoT Core (broker, registry and control plane), the ingest function behind its topic rule, ten Amazon Location trackers, the query API and the map page, all in memory unless there is a --data-dir. It runs until it is interrupted, and prints what other programs need to use it.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --ready-file target.json',
    '<%= config.bin %> <%= command.id %> --http-port 0 --mqtt-port 0 --environments 20 --jitter 200',
  ];

  static override flags = {
    host: Flags.string({
      helpValue: 'ADDRESS',
      default: '127.0.0.1',
      description: 'address to listen on; beyond loopback, anybody may read and write',
    }),
    'http-port': Flags.integer({
      helpValue: 'PORT',
      default: 4580,
      min: 0,
      max: 65_535,
      description: 'port of the AWS APIs and the query API (0: any free one)',
    }),
    'mqtt-port': Flags.integer({
      helpValue: 'PORT',
      default: 8883,
      min: 0,
      max: 65_535,
      description: 'port of the broker (0: any free one)',
    }),
    'https-port': Flags.integer({
      helpValue: 'PORT',
      default: 0,
      min: 0,
      max: 65_535,
      description: 'port of MQTT over WebSocket (wss), and of MQTT with ALPN, as on port 443 of AWS (0: any free one)',
    }),
    dir: Flags.directory({
      helpValue: 'DIR',
      description: 'where its certificate, ingest log and log go; by default "local" in simctl\'s directory',
    }),
    'data-dir': Flags.string({
      helpValue: 'DIR',
      description:
        'directory to keep all in that it acknowledges, so that a kill or restart loses none; by default in memory alone',
    }),
    'ready-file': Flags.string({
      helpValue: 'FILE',
      description: 'file to write, once it is ready, for --target of other commands',
    }),
    trackers: Flags.integer({ helpValue: 'N', default: 10, min: 1, max: 500, description: 'trackers to create' }),
    map: Flags.string({
      helpValue: 'NAME|FILE',
      default: 'gothenburg',
      description: 'roads that the map page shows, as for "simctl generate"',
    }),
    region: Flags.string({ helpValue: 'REGION', default: 'eu-west-1', description: 'region that it claims to be' }),
    quota: Flags.string({
      default: 'none',
      helpValue: 'none|aws|N/s',
      description:
        "hold devices and requests to the trackers to AWS's default rates, such as 50 writes a second; or all devices to N publishes a second",
    }),
    drop: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'DEVICE@SEQ',
      description: 'message to lose, to see that it is found out',
    }),
    ...flagsOf({
      ingest: {
        ...ingest,
        kind: 'choice',
        choices: ['lambda', 'stream', 'direct'],
        default: 'lambda',
        description:
          "from the topic to the trackers: a function for each message, a stream with batches of ten, or the rule's own action",
      },
      jitter: {
        ...ms,
        default: 0,
        description: 'ms, at most, that a message takes through the rule engine: reorders, whatever the design',
      },
      environments: {
        ...ingest,
        kind: 'whole',
        min: 1,
        description: '[default: 1] events handled at once; more than one may reorder them',
      },
      'cold-start': { ...ms, description: '[default: 0] ms that a new environment takes' },
      service: { ...ms, description: '[default: 0] ms, on average, that an event takes' },
      'queue-jitter': { ...ms, description: '[default: 0] ms, at most, that an event waits in the queue before it' },
      seed: { ...ingest, kind: 'whole', description: '[default: 1] seed of these delays' },
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Local);
    const [{ startStandIn }, { parseQuota }, { serveUntilStopped }, { homeDir }, { join, resolve }, { DEFAULT_MAP }] =
      await Promise.all([
        import('../local/spawn.ts'),
        import('../local/quota-choice.ts'),
        import('../local/serve.ts'),
        import('../home.ts'),
        import('node:path'),
        import('../generator/map/map-name.ts'),
      ]);
    if (flags.map !== DEFAULT_MAP) {
      const { checkMap } = await import('../generator/map/read-map.ts');
      await checkMap(flags.map); // the page would have no roads, and nobody be told
    }
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
