import { SimctlCommand } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import { launchFlags } from '../../launch-flags.ts';
import { Flags } from '../../oclif.ts';

export default class LaunchRemove extends SimctlCommand {
  static override description =
    'End the jobs of launches, and take away all that is left of them: job definitions, results and fleets in the bucket.';
  static override examples = [
    '<%= config.bin %> launch remove 20260301T120000Z-3fa9',
    '<%= config.bin %> launch remove --all --yes',
  ];
  static override strict = false;
  static override usage = 'launch remove ID… | --all [--stack NAME] [--yes]';
  static override flags = {
    ...launchFlags,
    all: Flags.boolean({ description: 'of all launches of the stack' }),
    yes: Flags.boolean({ description: 'do not ask' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(LaunchRemove);
    const ids = argv as string[];
    if (flags.all === ids.length > 0) throw new UsageError('say which launches, or --all');
    const [{ leftLaunches, isLeft, chosen, removeLaunch }, { regionOfEnvironment }] = await Promise.all([
      import('../../launch/left.ts'),
      import('../../aws.ts'),
    ]);
    const stack = { name: flags.stack, region: regionOfEnvironment('a launch') };
    const left = await leftLaunches(stack);
    const gone = flags.all ? left.filter(isLeft) : chosen(left, ids);
    const going = gone.filter(({ runningJob }) => runningJob !== undefined);
    if (!flags.yes && gone.length > 0) {
      const { confirm } = await import('../../confirm.ts');
      const jobs = going.length === 0 ? '' : `, ${going.length} of which go on`;
      await confirm(`Remove what is left of ${gone.length} launches${jobs}?`);
    }
    for (const launch of gone) {
      await removeLaunch(stack, launch);
      this.log(`${launch.id} removed`);
    }
    if (gone.length === 0) this.log('nothing is left');
  }
}
