import { SimctlCommand } from '../command.ts';
import { Args, Flags } from '../oclif.ts';
import { FORMATS } from '../report/formats.ts';

export default class Report extends SimctlCommand {
  static override summary = 'Make a page of one or several runs, to read, print and send.';
  static override description =
    'One file that needs no network: the verdict, latency and throughput over time, percentiles, failures, reliability by device, order, Lambda, the map, cost, plan and versions. Several runs stand side by side. Also for machines, and for a summary on GitHub.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/2025-11-03T09-30-00 --out report.html',
    '<%= config.bin %> <%= command.id %> runs/monday runs/tuesday --out both.html',
    '<%= config.bin %> <%= command.id %> runs/2025-11-03T09-30-00 --format hdr > latency.hlog',
    '<%= config.bin %> <%= command.id %> runs/ci --step-summary',
  ];
  static override strict = false;
  static override args = { run: Args.string({ required: true, description: 'directories of runs, one or more' }) };
  static override flags = {
    out: Flags.string({
      char: 'o',
      aliases: ['output'],
      deprecateAliases: true,
      helpValue: 'FILE',
      description: 'where it goes [default: report.html; other formats: the terminal]',
    }),
    format: Flags.option({ options: FORMATS, default: 'html', description: 'what it is made as' })(),
    'step-summary': Flags.boolean({
      description:
        'append Markdown to the job summary of GitHub Actions ($GITHUB_STEP_SUMMARY), beside --out if it is given',
    }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Report);
    const { appendStepSummary, makeReport, writeReport } = await import('../report/report.ts');
    const runs = argv as string[];
    if (flags['step-summary']) {
      await appendStepSummary(await makeReport(runs, 'markdown', new Date()), process.env.GITHUB_STEP_SUMMARY);
      if (flags.out === undefined) return;
    }
    const text = await makeReport(runs, flags.format, new Date());
    const file = flags.out ?? (flags.format === 'html' ? 'report.html' : undefined);
    if (file === undefined) process.stdout.write(text);
    else {
      await writeReport(file, text);
      this.log(`The report is ${file}`);
    }
  }
}
