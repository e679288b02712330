import { SimctlCommand } from '../../command.ts';
import { EXIT } from '../../errors.ts';
import { targetFlags } from '../../target-flags.ts';

export default class FleetActivate extends SimctlCommand {
  static override description =
    'Connect each device of the fleet\'s own authority once, so that AWS registers it ("provision --way own-authority").';
  static override examples = ['<%= config.bin %> fleet activate --target local.json'];
  static override flags = {
    ...targetFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(FleetActivate);
    const [{ readTarget }, { activateFleet }, { endOnSignals }, { progressLine }] = await Promise.all([
      import('../../target-file.ts'),
      import('../../fleet/activate.ts'),
      import('../../run/signals.ts'),
      import('../../progress-line.ts'),
    ]);
    const target = await readTarget(flags.target, flags.stack);
    const ending = endOnSignals();
    const line = progressLine('Connecting');
    const { activated, already, interrupted } = await activateFleet({
      target,
      signal: ending.stop,
      onProgress: line.update,
    }).finally(line.end);
    ending.release();
    this.log(`${activated} devices registered by connecting, ${already} were before`);
    if (interrupted) this.exit(EXIT.interrupted);
  }
}
