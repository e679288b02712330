import { SimctlCommand } from '../../command.ts';
import { EXIT } from '../../errors.ts';
import { Flags } from '../../oclif.ts';
import type { Target } from '../../target.ts';
import { targetFlags } from '../../target-flags.ts';

export default class FleetRemove extends SimctlCommand {
  static override description =
    'Remove exactly what provisioning made: things, certificates, policy, thing type, keys. Goes on where it was cut off.';
  static override examples = [
    '<%= config.bin %> fleet remove --target local.json',
    '<%= config.bin %> fleet remove --target aws --yes',
  ];
  static override flags = {
    ...targetFlags,
    yes: Flags.boolean({ description: 'do not ask' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(FleetRemove);
    const [{ readTarget }, { removeFleet }, { endOnSignals }, { progressLine }] = await Promise.all([
      import('../../target-file.ts'),
      import('../../fleet/remove.ts'),
      import('../../run/signals.ts'),
      import('../../progress-line.ts'),
    ]);
    const target = await readTarget(flags.target, flags.stack);
    if (!flags.yes) await this.confirm(target);
    const ending = endOnSignals();
    const line = progressLine('Removing');
    const { removed, notes, interrupted } = await removeFleet({
      target,
      signal: ending.stop,
      onProgress: line.update,
    }).finally(line.end);
    this.say(`${removed} devices removed from ${target.name}`);
    for (const note of notes) this.say(`note: ${note}`);
    ending.release();
    if (interrupted) this.exit(EXIT.interrupted);
  }

  private async confirm(target: Target): Promise<void> {
    const { listFleet } = await import('../../fleet/inventory.ts');
    const { estimateText } = await import('../../fleet/cost.ts');
    const { isAws } = await import('../../fleet/session.ts');
    const { confirm } = await import('../../confirm.ts');
    const devices = listFleet(target).length;
    if (isAws(target)) this.tell(estimateText('remove', devices));
    await confirm(`Remove ${devices} devices from ${target.name}, with their keys?`);
  }
}
