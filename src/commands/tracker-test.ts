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
    const [{ thereAndBack, legText }, { endOnSignals }] = await Promise.all([
      import('../run/there-and-back.ts'),
      import('../run/signals.ts'),
    ]);
    const { stop: signal, release } = endOnSignals();
    const { target, stack, device: deviceId, timeout } = flags;
    await thereAndBack({
      by: 'tracker',
      target,
      stack,
      deviceId,
      timeoutMs: timeout * 1000,
      signal,
      onLeg: (leg) => this.say(legText(leg)),
    }).finally(release);
  }
}
