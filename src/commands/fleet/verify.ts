import { SimctlCommand } from '../../command.ts';
import { EXIT } from '../../errors.ts';
import { Flags } from '../../oclif.ts';
import { targetFlags } from '../../target-flags.ts';

export default class FleetVerify extends SimctlCommand {
  static override description =
    'Compare the credentials here with what the target holds: certificates, policy, things, orphans. Changes nothing; exit code 4 if anything is amiss.';
  static override examples = [
    '<%= config.bin %> fleet verify --target local.json',
    '<%= config.bin %> fleet verify --target aws --sample 1000',
  ];
  static override enableJsonFlag = true;
  static override flags = {
    ...targetFlags,
    sample: Flags.integer({
      helpValue: 'N',
      min: 0,
      default: 200,
      description: 'devices whose attachment to their thing is looked at, a call each',
    }),
  };

  async run() {
    const { flags } = await this.parse(FleetVerify);
    const [{ readTarget }, { verifyFleet, findingsText }, { endOnSignals }] = await Promise.all([
      import('../../target-file.ts'),
      import('../../fleet/verify.ts'),
      import('../../run/signals.ts'),
    ]);
    const target = await readTarget(flags.target, flags.stack);
    const ending = endOnSignals();
    const result = await verifyFleet({ target, sample: flags.sample, signal: ending.stop });
    ending.release();
    const { devices, waiting, sampled, findings, interrupted } = result;
    this.say(
      `${devices} devices of ${target.name}, ${waiting} not connected yet, ${sampled} attachments looked at: ${findings.length === 0 ? 'all is well' : `${findings.length} findings`}`,
    );
    for (const line of findingsText(findings)) this.say(line);
    process.exitCode = interrupted ? EXIT.interrupted : findings.length > 0 ? EXIT.verdict : EXIT.done;
    return result;
  }
}
