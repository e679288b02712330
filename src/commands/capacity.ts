import { SimctlCommand } from '../command.ts';
import { EXIT, unpackError } from '../errors.ts';
import { Flags } from '../oclif.ts';
import { CAPACITY_SETTINGS } from '../run/capacity/settings.ts';
import { flagsOf } from '../setting-flags.ts';

export default class Capacity extends SimctlCommand {
  static override summary = 'Find the load that a target can bear: raise it until a threshold breaks, then close in.';
  static override description = [
    'Each step is a run of its own, of --step-time seconds at an even rate, with the same devices against the same target. The load grows by --factor until a threshold breaks; then the gap is halved until it is no wider than --precision. A load that breaks is tried again, up to --repeat times, and the majority decides. A step that broke while the generator itself was late is no evidence; where that goes on, the answer is that the generator is the limit.',
    'Exit code 0: the knee was found, or there is none up to --to. 4: it breaks at every load, or the generator is the limit, its open files and ports included. 3: it could not go on; what its steps say until then is printed all the same.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --transport mqtt --broker mqtt://localhost:1883 --from 1000 --to 100000',
    '<%= config.bin %> <%= command.id %> --threshold "endToEnd.p90 < 2s" --ingest stream --step-time 30s',
    '<%= config.bin %> <%= command.id %> --by devices --interval 30s --from 100 --to 10000',
    '<%= config.bin %> <%= command.id %> --target aws --stack simctl --to 500',
  ];
  static override flags = {
    ...flagsOf(CAPACITY_SETTINGS),
    yes: Flags.boolean({ description: 'do not ask before it costs money (--target aws)' }),
    json: Flags.boolean({ description: 'print only the result, as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Capacity);
    const [
      { capacity },
      { capacityOptionsOf },
      { capacityText, isAnswered },
      { confirm },
      { endOnSignals },
      { openReporter },
    ] = await Promise.all([
      import('../run/capacity/capacity.ts'),
      import('../run/capacity/options-of.ts'),
      import('../run/capacity/report.ts'),
      import('../confirm.ts'),
      import('../run/signals.ts'),
      import('../dashboard/open.ts'),
    ]);
    const options = capacityOptionsOf(flags);
    const reporter = await openReporter(flags.json ? process.stderr : process.stdout, 'simctl capacity');
    const ending = endOnSignals(() => reporter.stopping());
    const ask = async (cost: string) => (flags.yes ? undefined : await confirm(`${cost}. Go on?`));
    const result = await capacity(options, { reporter, ending, confirm: ask }).finally(() => reporter.close());
    ending.release();
    if (flags.json) this.log(JSON.stringify(result, null, 2));
    else this.say(`\n${capacityText(result)}`);
    if (result.failure) throw unpackError(result.failure);
    if (result.interrupted) this.exit(EXIT.interrupted);
    if (!isAnswered(result)) this.exit(EXIT.verdict);
  }
}
