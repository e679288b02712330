import { SimctlCommand } from '../command.ts';
import { Flags } from '../oclif.ts';
import { journeyFlags } from '../target-flags.ts';

export default class TrackerTest extends SimctlCommand {
  static override summary = 'Write one position straight to its tracker, and see it come back.';
  static override description =
    'The AWS SDK writes the position to Amazon Location, without a device or a broker; then the tracker and the query API are asked until they show it. Each step is printed with its time.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --target aws',
  ];
  static override flags = {
    ...journeyFlags,
    device: Flags.string({ helpValue: 'ID', default: 'DEV-0001', description: 'id to write as; none is made' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(TrackerTest);
    const { printJourney } = await import('../run/there-and-back.ts');
    await printJourney('tracker', flags, (text) => this.say(text));
  }
}
