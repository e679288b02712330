import { SimctlCommand } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { Flags } from '../oclif.ts';

export default class Estimate extends SimctlCommand {
  static override summary = 'Say what a month of a fleet costs on AWS, on each ingest design.';
  static override description =
    'Units times list prices, each with its source; no account is asked. It names what dominates, and what would save.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --devices 1000 --interval 30',
    '<%= config.bin %> <%= command.id %> --devices 5000 --interval 10 --hours 10 --days 22 --viewers 3 --json',
  ];
  static override flags = {
    devices: Flags.integer({ helpValue: 'N', default: 1000, description: 'devices of the fleet' }),
    interval: Flags.string({ default: '30', helpValue: 'SECONDS', description: 'between two updates of a device' }),
    hours: Flags.string({
      helpValue: 'HOURS',
      default: '10',
      description: 'of a day, that a device is connected and sends',
    }),
    days: Flags.integer({ helpValue: 'N', default: 30, description: 'of a month' }),
    payload: Flags.integer({ default: 160, helpValue: 'BYTES', description: 'of a message' }),
    'basic-ingest': Flags.boolean({ description: 'publish straight to the rule, without a charge for messages' }),
    trackers: Flags.integer({ helpValue: 'N', default: 10, description: 'trackers that the fleet is spread over' }),
    viewers: Flags.integer({
      helpValue: 'N',
      default: 1,
      description: 'maps that look at the whole fleet while it drives',
    }),
    poll: Flags.string({ default: '5', helpValue: 'SECONDS', description: "between two of a map's polls" }),
    'lambda-ms': Flags.integer({ helpValue: 'MS', default: 50, description: 'that a function takes' }),
    'lambda-mb': Flags.integer({ helpValue: 'MB', default: 256, description: 'that a function has' }),
    json: Flags.boolean({ description: 'print the figures as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Estimate);
    const [{ checkUsage, DESIGNS, estimate }, { estimateText }, { PRICES, PRICES_AS_OF }] = await Promise.all([
      import('../estimate/estimate.ts'),
      import('../estimate/table.ts'),
      import('../estimate/prices.ts'),
    ]);
    const usage = {
      devices: flags.devices,
      intervalSeconds: secondsOf(flags.interval),
      hoursPerDay: Number(flags.hours),
      daysPerMonth: flags.days,
      payloadBytes: flags.payload,
      basicIngest: flags['basic-ingest'],
      trackers: flags.trackers,
      viewers: flags.viewers,
      pollSeconds: secondsOf(flags.poll),
      lambdaMs: flags['lambda-ms'],
      lambdaMegabytes: flags['lambda-mb'],
    };
    checkUsage(usage);
    const estimates = DESIGNS.map((design) => estimate(design, usage));
    if (flags.json) this.log(JSON.stringify({ usage, pricesAsOf: PRICES_AS_OF, estimates, prices: PRICES }, null, 2));
    else this.say(estimateText(estimates, usage));
  }
}

/** Of a number of them, or a time such as `2min`; NaN for neither. */
function secondsOf(text: string): number {
  const ms = parseDuration(text);
  return ms === undefined ? Number(text) : ms / 1000;
}
