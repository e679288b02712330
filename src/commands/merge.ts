import { SimctlCommand } from '../command.ts';
import { EXIT, UsageError } from '../errors.ts';
import { Flags } from '../oclif.ts';

export default class Merge extends SimctlCommand {
  static override summary = 'Add the shards of a run that many machines made: one report, one verdict.';
  static override description =
    'Logs, counts, histograms and timeline are added exactly, and thresholds judged over the whole. What is not one run, or not all of it, is refused.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> results --out whole',
    '<%= config.bin %> <%= command.id %> results/shard-* --out whole --json',
    '<%= config.bin %> <%= command.id %> s3://my-bucket/results --out whole',
  ];
  static override strict = false;
  static override usage = '<%= command.id %> RUN… --out DIR [--partial] [--json]';
  static override flags = {
    out: Flags.string({ required: true, helpValue: 'DIR', description: 'where the whole goes' }),
    partial: Flags.boolean({ description: 'even if shards are missing; the verdict says so' }),
    json: Flags.boolean({ description: 'print only the summary, as JSON' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Merge);
    if (argv.length === 0)
      throw new UsageError('say what to merge: the directories of the shards, or one that holds them');
    const [{ merge }, { exitCodeOf }, { summaryText }] = await Promise.all([
      import('../run/merge.ts'),
      import('../run/summary.ts'),
      import('../run/summary-text.ts'),
    ]);
    const summary = await merge({ dirs: argv as string[], out: flags.out, partial: flags.partial });
    if (flags.json) this.log(JSON.stringify(summary, null, 2));
    else this.say(summaryText(summary));
    const code = exitCodeOf(summary);
    if (code !== EXIT.done) this.exit(code);
  }
}
