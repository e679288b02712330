import { SimctlCommand } from '../../command.ts';
import { launchFlags } from '../../launch-flags.ts';
import { Flags } from '../../oclif.ts';

export default class LaunchList extends SimctlCommand {
  static override description =
    'What launches have left: jobs that go on, job definitions, results and fleets in the bucket.';
  static override examples = ['<%= config.bin %> launch list', '<%= config.bin %> launch list --stack other --json'];
  static override enableJsonFlag = true;
  static override flags = {
    ...launchFlags,
    all: Flags.boolean({ description: 'also those of which only the ended job is known' }),
  };

  async run() {
    const { flags } = await this.parse(LaunchList);
    const [{ leftLaunches, isLeft }, { regionOfEnvironment }] = await Promise.all([
      import('../../launch/left.ts'),
      import('../../aws.ts'),
    ]);
    const launches = await leftLaunches({ name: flags.stack, region: regionOfEnvironment('a launch') });
    const shown = launches.filter((launch) => flags.all || isLeft(launch));
    for (const { id, status, runningJob, definitions, results, fleet } of shown) {
      const what = [
        ...(runningJob === undefined ? [] : [`job ${runningJob} goes on`]),
        ...(definitions.length > 0 ? ['job definition'] : []),
        ...(results ? ['results'] : []),
        ...(fleet ? ['fleet'] : []),
      ];
      this.log([id, status ?? '–', what.join(', ') || 'nothing left'].join('\t'));
    }
    this.logToStderr(`${shown.length} launch${shown.length === 1 ? '' : 'es'} of the stack ${flags.stack}`);
    return { stack: flags.stack, launches: shown };
  }
}
