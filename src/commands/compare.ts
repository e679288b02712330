import { SimctlCommand } from '../command.ts';
import { EXIT } from '../errors.ts';
import { Args, Flags } from '../oclif.ts';
import { flagsOf } from '../setting-flags.ts';

export default class Compare extends SimctlCommand {
  static override summary =
    'Say which run is slower, where the bottleneck is, and whether a run is worse than a baseline.';
  static override description =
    'Runs of growing fleets are rounds: the first at which latency or failures grow significantly is the bottleneck. Runs of one fleet are compared with the first, or with --baseline, against which a run that is worse, or too short to say, ends with exit code 4. Windows of time are compared by their ranks (or whole runs, where each side has at least five), never single messages.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/100 runs/200 runs/400 runs/800',
    '<%= config.bin %> <%= command.id %> --baseline runs/yesterday runs/today',
  ];
  static override strict = false;
  static override args = { run: Args.string({ required: true, description: 'directories of runs, one or more' }) };
  static override flags = {
    baseline: Flags.string({ helpValue: 'RUN', description: 'the run that the others shall be no worse than' }),
    metric: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
      description:
        'what is compared, such as service.p90 or throughput [default: response.p50, response.p99, failed; lost and refused where any run has them]',
    }),
    ...flagsOf({
      tolerance: {
        kind: 'decimal',
        unit: '%',
        default: 5,
        min: 0,
        value: 'PERCENT',
        description: 'a difference that is smaller counts as none',
      },
    }),
    'allow-undecided': Flags.boolean({
      description: 'end with exit code 0 where a run is too short to be called worse or not',
      dependsOn: ['baseline'],
    }),
    json: Flags.boolean({ description: 'print the figures as JSON' }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Compare);
    const [{ compareRuns, isRegression, isUndecided }, { comparisonText }] = await Promise.all([
      import('../compare/compare-runs.ts'),
      import('../compare/compare-text.ts'),
    ]);
    const comparison = await compareRuns({
      runs: argv as string[],
      baseline: flags.baseline,
      metrics: flags.metric ?? [],
      rules: { level: 0.05, tolerance: flags.tolerance / 100 },
    });
    if (flags.json) this.log(JSON.stringify(comparison, null, 2));
    else this.say(comparisonText(comparison));
    if (isRegression(comparison) || (isUndecided(comparison) && !flags['allow-undecided'])) this.exit(EXIT.verdict);
  }
}
