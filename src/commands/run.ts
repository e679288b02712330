import { SimctlCommand } from '../command.ts';
import type { Reporter } from '../dashboard/reporter.ts';
import { EXIT } from '../errors.ts';
import { Flags } from '../oclif.ts';
import type { MetricsEndpoint } from '../run/metrics-endpoint.ts';
import { RUN_SETTINGS } from '../run/settings.ts';
import { flagsOf } from '../setting-flags.ts';

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
    ...flagsOf(RUN_SETTINGS),
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
      { optionsOf },
      { newPauseSwitch },
    ] = await Promise.all([
      import('../run/run.ts'),
      import('../run/dry-run.ts'),
      import('../run/summary.ts'),
      import('../run/signals.ts'),
      import('../dashboard/open.ts'),
      import('../run/options-of.ts'),
      import('../workers/pause.ts'),
    ]);
    const options = optionsOf(flags);
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
    if (summary.deaths) this.exit(EXIT.setup);
    if (summary.interrupted) this.exit(EXIT.interrupted);
    if (!hasPassed(summary)) this.exit(EXIT.verdict);
  }
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
