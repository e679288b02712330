import { SimctlCommand } from '../../command.ts';
import { Args, Flags } from '../../oclif.ts';
import { targetFlags } from '../../target-flags.ts';

export default class FleetExport extends SimctlCommand {
  static override description = "Write a device's certificate and key as files, for any MQTT client.";
  static override examples = ['<%= config.bin %> fleet export SLE-7115 --target local.json --out keys'];
  static override args = { id: Args.string({ required: true, description: 'the device' }) };
  static override flags = {
    ...targetFlags,
    out: Flags.string({ required: true, description: 'directory for the files', helpValue: 'DIR' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(FleetExport);
    const { readTarget } = await import('../../target-file.ts');
    const { exportDevice } = await import('../../fleet/export.ts');
    const { certFile, keyFile, caFile, example } = await exportDevice(
      await readTarget(flags.target, flags.stack),
      args.id,
      flags.out,
    );
    this.logToStderr(`Written: ${[certFile, keyFile, caFile].filter(Boolean).join(', ')}`);
    this.log(example);
  }
}
