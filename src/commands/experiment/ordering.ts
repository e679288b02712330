import { availableParallelism } from 'node:os';
import { SimctlCommand } from '../../command.ts';
import { EXIT } from '../../errors.ts';
import { Flags, type Interfaces } from '../../oclif.ts';
import type { OrderingOptions } from '../../run/experiment-ordering.ts';
import { RUN_SETTINGS } from '../../run/settings.ts';
import { flagsOf } from '../../setting-flags.ts';

const { agents, seconds, seed, every, workers, settle } = RUN_SETTINGS;

export default class ExperimentOrdering extends SimctlCommand {
  static override summary = "Which ingest design keeps a device's updates in order, and what pacing does for it.";
  static override description =
    'The same fleet is sent through the embedded stand-in once a row: a function for each message (lambda) with one environment, with many, and with paced devices; a stream; and the rule by itself (direct). The jitter of the rule engine is the same for all of them.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --agents 400 --jitter 0,200 --json',
  ];
  static override flags = {
    ...flagsOf({ agents: { ...agents, default: 50 }, seconds, seed, every }),
    environments: Flags.integer({
      helpValue: 'N',
      default: 20,
      min: 1,
      description: 'functions at work at once, but in the first row',
    }),
    jitter: Flags.integer({
      default: [0, 50, 200],
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
      min: 0,
      helpValue: 'MS[,MS…]',
      description: 'ms, at most, that a message takes through the rule engine; a row for each',
    }),
    'min-gap': Flags.string({
      default: 'auto',
      helpValue: 'MS|auto',
      description: "of the paced rows: ms a device waits after an answer; auto is the 2022 project's rule",
    }),
    ...flagsOf({
      workers,
      settle: { ...settle, description: 'ms beyond the jitter without a change after which the backend has settled' },
    }),
    out: Flags.string({
      helpValue: 'DIR',
      description: 'where everything is written; by default runs/, the time and -ordering',
    }),
    json: Flags.boolean({ description: 'print only the rows and what came out, as JSON' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ExperimentOrdering);
    const [{ orderingExperiment, orderingText }, { endOnSignals }, { openReporter }] = await Promise.all([
      import('../../run/experiment-ordering.ts'),
      import('../../run/signals.ts'),
      import('../../dashboard/open.ts'),
    ]);
    const reporter = await openReporter(flags.json ? process.stderr : process.stdout, 'simctl experiment ordering', {
      stop: () => ending.request(),
      stopText: 'stop after the row that is running',
    });
    // The row that is running may go to its end, however long that is.
    const ending = endOnSignals(() => reporter.stopping(), Number.POSITIVE_INFINITY);
    const result = await orderingExperiment(optionsOf(flags), { reporter, ending }).finally(() => reporter.close());
    ending.release();
    if (flags.json) this.log(JSON.stringify(result, null, 2));
    else this.say(`\n${orderingText(result)}`);
    if (result.interrupted) this.exit(EXIT.interrupted);
  }
}

function optionsOf(flags: Interfaces.InferredFlags<typeof ExperimentOrdering.flags>): OrderingOptions {
  return {
    out: flags.out,
    generate: { agents: flags.agents, seconds: flags.seconds, seed: flags.seed },
    every: flags.every,
    environments: flags.environments,
    jitter: flags.jitter,
    minGap: flags['min-gap'],
    workers: flags.workers ?? Math.max(1, availableParallelism() - 1),
    settleMs: flags.settle,
  };
}
