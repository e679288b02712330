import { Flags } from '@oclif/core';
import { SimctlCommand } from '../../command.ts';

export default class FleetList extends SimctlCommand {
  static override description = 'The devices that have been provisioned for a target, with their certificates.';
  static override examples = [
    '<%= config.bin %> fleet list --target local.json',
    '<%= config.bin %> fleet list --target aws --json',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    target: Flags.string({ required: true, description: 'ready file of a stand-in, or "aws"', helpValue: 'FILE|aws' }),
  };

  async run() {
    const { flags } = await this.parse(FleetList);
    const { readTarget } = await import('../../target-file.ts');
    const { listFleet } = await import('../../fleet/inventory.ts');
    const target = await readTarget(flags.target);
    const devices = listFleet(target);
    for (const { deviceId, certificateId } of devices) this.log(`${deviceId}\t${certificateId}`);
    this.logToStderr(`${devices.length} devices of ${target.name} in ${target.credentialsDir}`);
    return { target: target.name, devices };
  }
}
