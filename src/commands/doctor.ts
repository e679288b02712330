import { SimctlCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { Flags } from '../oclif.ts';
import { journeyTargetFlags } from '../target-flags.ts';

export default class Doctor extends SimctlCommand {
  static override summary = 'Say what a run lacks on this machine, and how to mend it.';
  static override description =
    'Open files, local ports, memory, disk, clock, terminal and AWS credentials; with --target, whether it can be reached, and the certificates of its fleet. Exit code 3 where something is a problem; a warning is none.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --devices 20000',
    '<%= config.bin %> <%= command.id %> --devices 5000 --target aws --stack simctl',
  ];
  static override flags = {
    devices: Flags.integer({ helpValue: 'N', default: 1000, min: 1, description: 'that the run shall have' }),
    updates: Flags.integer({ helpValue: 'N', default: 22, min: 1, description: 'of each device, for the logs' }),
    ...journeyTargetFlags,
    out: Flags.string({ default: '.', helpValue: 'DIR', description: 'where runs are written' }),
    json: Flags.boolean({ description: 'print the findings as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const [{ examine }, { doctorText }] = await Promise.all([
      import('../doctor/doctor.ts'),
      import('../doctor/text.ts'),
    ]);
    const { devices, updates, target, stack, out } = flags;
    const engines = this.config.pjson.engines?.node ?? '>=20.19';
    const findings = await examine({ devices, updates, target, stack, out, engines });
    if (flags.json) this.log(JSON.stringify(findings, null, 2));
    else this.say(doctorText(findings));
    if (findings.some(({ level }) => level === 'problem')) this.exit(EXIT.setup);
  }
}
