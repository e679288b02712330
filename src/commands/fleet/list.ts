import { SimctlCommand } from '../../command.ts';
import { targetFlags } from '../../target-flags.ts';

export default class FleetList extends SimctlCommand {
  static override description = 'The devices that have been provisioned for a target, with their certificates.';
  static override examples = [
    '<%= config.bin %> fleet list --target local.json',
    '<%= config.bin %> fleet list --target aws --json',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    ...targetFlags,
  };

  async run() {
    const { flags } = await this.parse(FleetList);
    const { readTarget } = await import('../../target-file.ts');
    const { listFleet } = await import('../../fleet/inventory.ts');
    const target = await readTarget(flags.target, flags.stack);
    const devices = listFleet(target);
    for (const { deviceId, certificateId } of devices) this.log(`${deviceId}\t${certificateId}`);
    this.logToStderr(`${devices.length} devices of ${target.name} in ${target.credentialsDir}`);
    return { target: target.name, devices };
  }
}
