import { SimctlCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { Flags } from '../oclif.ts';

export default class Top extends SimctlCommand {
  static override summary = 'Watch a run that goes on elsewhere, as its own screen shows it.';
  static override description = 'The run must have been started with --metrics.';
  static override examples = ['<%= config.bin %> <%= command.id %> --metrics http://10.0.0.7:9464'];
  static override flags = {
    metrics: Flags.string({
      required: true,
      helpValue: 'URL',
      description: 'the address that "simctl run --metrics" printed',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Top);
    const [{ followRun }, { endOnSignals }, { openReporter }] = await Promise.all([
      import('../run/follow-run.ts'),
      import('../run/signals.ts'),
      import('../dashboard/open.ts'),
    ]);
    const reporter = await openReporter(process.stdout, 'simctl top', {
      stop: () => ending.request(),
      watching: true,
      stopText: 'leave; the run goes on',
    });
    const ending = endOnSignals();
    const last = await followRun(flags.metrics, reporter, ending.stop).finally(() => reporter.close());
    ending.release();
    if (ending.stop.aborted) this.exit(EXIT.interrupted);
    this.log(`The run has ended${last ? ` after ${last.sent} of ${last.planned} updates` : ''}.`);
  }
}
