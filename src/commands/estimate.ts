import { SimctlCommand } from '../command.ts';
import { Flags } from '../oclif.ts';
import { flagsOf } from '../setting-flags.ts';

const seconds = { kind: 'decimal', unit: 's', value: 'SECONDS' } as const;

export default class Estimate extends SimctlCommand {
  static override summary = 'Say what a month of a fleet costs on AWS, on each ingest design.';
  static override description =
    'Units times list prices, each with its source; no account is asked. It names what dominates, and what would save.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --devices 1000 --interval 30',
    '<%= config.bin %> <%= command.id %> --devices 5000 --interval 10 --hours 10 --days 22 --viewers 3 --json',
  ];
  static override flags = {
    ...flagsOf({
      devices: { kind: 'whole', default: 1000, min: 1, description: 'devices of the fleet' },
      interval: { ...seconds, default: 30, min: 0.001, description: 'between two updates of a device' },
      hours: {
        kind: 'decimal',
        default: 10,
        min: 0.001,
        max: 24,
        value: 'HOURS',
        description: 'of a day, that a device is connected and sends',
      },
      days: { kind: 'whole', default: 30, min: 1, max: 31, description: 'of a month' },
      payload: { kind: 'whole', default: 160, min: 1, max: 131_072, value: 'BYTES', description: 'of a message' },
      'basic-ingest': { kind: 'switch', description: 'publish straight to the rule, without a charge for messages' },
      trackers: { kind: 'whole', default: 10, min: 1, max: 500, description: 'trackers that the fleet is spread over' },
      viewers: { kind: 'whole', default: 1, min: 0, description: 'maps that look at the whole fleet while it drives' },
      poll: { ...seconds, default: 5, min: 0.1, description: "between two of a map's polls" },
      'lambda-ms': { kind: 'whole', default: 50, min: 1, value: 'MS', description: 'that a function takes' },
      'lambda-mb': {
        kind: 'whole',
        default: 256,
        min: 128,
        max: 10_240,
        value: 'MB',
        description: 'that a function has',
      },
    }),
    json: Flags.boolean({ description: 'print the figures as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Estimate);
    const [{ DESIGNS, estimate }, { estimateText }, { PRICES, PRICES_AS_OF }] = await Promise.all([
      import('../estimate/estimate.ts'),
      import('../estimate/table.ts'),
      import('../estimate/prices.ts'),
    ]);
    const usage = {
      devices: flags.devices,
      intervalSeconds: flags.interval,
      hoursPerDay: flags.hours,
      daysPerMonth: flags.days,
      payloadBytes: flags.payload,
      basicIngest: flags['basic-ingest'],
      trackers: flags.trackers,
      viewers: flags.viewers,
      pollSeconds: flags.poll,
      lambdaMs: flags['lambda-ms'],
      lambdaMegabytes: flags['lambda-mb'],
    };
    const estimates = DESIGNS.map((design) => estimate(design, usage));
    if (flags.json) this.log(JSON.stringify({ usage, pricesAsOf: PRICES_AS_OF, estimates, prices: PRICES }, null, 2));
    else this.say(estimateText(estimates, usage));
  }
}
