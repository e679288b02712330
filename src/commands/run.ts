import { SimctlCommand } from '../command.ts';
import type { Reporter } from '../dashboard/reporter.ts';
import { EXIT } from '../errors.ts';
import { Args, Flags } from '../oclif.ts';
import type { EventStream } from '../run/event-stream.ts';
import type { MetricsEndpoint } from '../run/metrics-endpoint.ts';
import { RUN_SETTINGS, type RunValues } from '../run/settings.ts';
import { flagsOf } from '../setting-flags.ts';

export default class Run extends SimctlCommand {
  static override summary = 'Drive a fleet through the backend, and say what became of every update.';
  static override description =
    'With no flags: 1,000 cars, each with its own certificate, over MQTT against a stand-in of the AWS services that starts by itself. A time may have its unit: 500ms, 30s, 10min, 2h.';
  static override examples = [
    '<%= config.bin %> run',
    '<%= config.bin %> run --probes probes.ndjson.gz --pace replay:60 --json',
    '<%= config.bin %> run --threshold "lost == 0" --threshold "response.p99 < 250ms in every 10s"',
    '<%= config.bin %> run examples/spike.yaml --agents 200',
    '<%= config.bin %> run --target local.json --dataset fleet --transport tracker',
    '<%= config.bin %> run --generate --agents 10000 --seconds 7200 --model delivery --map city.osm.pbf',
  ];
  static override args = {
    scenario: Args.string({
      description: 'a YAML file of settings and phases (docs/scenarios.md); what a flag says counts instead',
    }),
  };
  static override flags = {
    ...flagsOf(RUN_SETTINGS),
    events: Flags.string({
      helpValue: 'FILE|-',
      description: 'a line of JSON for all that happens, as it happens (docs/events.md); - is standard output, alone',
    }),
    'dry-run': Flags.boolean({ description: 'say what would be done' }),
    json: Flags.boolean({ description: 'print only the summary, as JSON' }),
  };

  async run(): Promise<void> {
    const { args, flags, metadata } = await this.parse(Run);
    const [
      { run },
      { dryRun },
      { exitCodeOf },
      { summaryText },
      { endOnSignals },
      { openReporter },
      { newPauseSwitch },
    ] = await Promise.all([
      import('../run/run.ts'),
      import('../run/dry-run.ts'),
      import('../run/summary.ts'),
      import('../run/summary-text.ts'),
      import('../run/signals.ts'),
      import('../dashboard/open.ts'),
      import('../workers/pause.ts'),
    ]);
    const { options, metrics, notes } = await toldBy(
      args.scenario,
      flags,
      (name) => metadata.flags[name]?.setFromDefault !== true,
    );
    if (flags['dry-run']) return this.say([...notes, await dryRun(options)].join('\n'));
    const pause = newPauseSwitch();
    const events = await openEvents(flags.events);
    const quiet = flags.json || flags.events === '-';
    const reporter = await openReporter(quiet ? process.stderr : process.stdout, 'simctl run', {
      stop: () => ending.request(),
      stopText: 'stop: what is in flight finishes, and the report says what was sent',
      pause: () => pause.toggle(),
    });
    const told = events?.watch(reporter) ?? reporter;
    notes.forEach(told.note);
    events?.failed.catch(({ message }: Error) => reporter.note(`${message}; the run goes on`));
    const ending = endOnSignals(() => told.stopping());
    const endpoint = await openEndpoint(metrics, told);
    const watched = endpoint?.watch(told) ?? told;
    const summary = await run(options, { reporter: watched, ending, pause })
      .finally(async () => {
        await endpoint?.close();
        await reporter.close();
      })
      .catch(async (error) => {
        await events?.close().catch(() => {}); // what ended the run is to be said
        throw error;
      });
    events?.end(summary);
    ending.release();
    if (flags.events === '-') this.tell(`\n${summaryText(summary)}`);
    else if (flags.json) this.log(JSON.stringify(summary, null, 2));
    else this.say(`\n${summaryText(summary)}`);
    // Its end may not have been written, but what the run came to has been said.
    await events?.close();
    const code = exitCodeOf(summary);
    if (code !== EXIT.done) this.exit(code);
  }
}

/** What the flags say, and a scenario where they leave something open. */
async function toldBy(scenario: string | undefined, flags: RunValues, isSaid: (name: string) => boolean) {
  const { optionsOf } = await import('../run/options-of.ts');
  if (scenario === undefined) return { options: optionsOf(flags), metrics: flags.metrics, notes: [] };
  const { readScenario } = await import('../run/scenario/read-scenario.ts');
  const said = Object.fromEntries(Object.entries(flags).filter(([name]) => name in RUN_SETTINGS && isSaid(name)));
  const { values, phases, notes } = await readScenario(scenario, said);
  const all = { ...flags, ...values };
  return { options: { ...optionsOf(all), phases }, metrics: all.metrics, notes };
}

async function openEvents(to: string | undefined): Promise<EventStream | undefined> {
  if (to === undefined) return undefined;
  const { openEventStream } = await import('../run/event-stream.ts');
  return openEventStream(to, Date.now);
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
