import { SimctlCommand } from '../command.ts';
import { Flags } from '../oclif.ts';
import { journeyFlags } from '../target-flags.ts';

export default class IotTest extends SimctlCommand {
  static override summary = 'Send one update as a real device does, and see it come back.';
  static override description =
    'The AWS IoT device SDK connects with the certificate of the device and publishes; the topic rule and the ingest function do their work; then the tracker and the query API are asked until they show it. Each step is printed with its time.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --target aws --device DEV-0001',
  ];
  static override flags = {
    ...journeyFlags,
    device: Flags.string({
      helpValue: 'ID',
      default: 'DEV-0001',
      description: 'id of a device that "simctl provision" made',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(IotTest);
    const { printJourney } = await import('../run/there-and-back.ts');
    await printJourney('iot', flags, (text) => this.say(text));
  }
}
