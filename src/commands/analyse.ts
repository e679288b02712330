import { SimctlCommand } from '../command.ts';
import { Args, Flags } from '../oclif.ts';

export default class Analyse extends SimctlCommand {
  static override summary = 'Say again what became of every update of a run, from its logs.';
  static override description =
    "Joins what was sent with what was seen, stored and answered. Reads a run's directory, or single logs: simctl's own, joined on device and sample time, and the three dialects of the 2022 project, matched by position. Each may be packed with gzip.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> runs/2025-11-03T09-30-00',
    '<%= config.bin %> <%= command.id %> runs/2025-11-03T09-30-00 --json --fates fates.ndjson',
    '<%= config.bin %> <%= command.id %> --sent logs_file.txt --received received.txt',
  ];
  static override args = { rundir: Args.string({ description: "a run's directory" }) };
  static override flags = {
    sent: Flags.string({ multiple: true, helpValue: 'FILE', description: 'a send log; may be given several times' }),
    received: Flags.string({ helpValue: 'FILE', description: 'the receive log', dependsOn: ['sent'] }),
    history: Flags.string({ helpValue: 'FILE', description: "simctl's history log", dependsOn: ['sent'] }),
    ingest: Flags.string({ helpValue: 'FILE', description: "the ingest handler's log", dependsOn: ['sent'] }),
    'tracker-answers': Flags.boolean({
      description: 'the updates were sent to the trackers (run --transport tracker): the send log holds their answers',
      dependsOn: ['sent'],
    }),
    'timestamp-is-wall-clock': Flags.boolean({
      description: 'take "timestamp" of 2022 logs without "sample_time" for the time of sending or receipt',
      dependsOn: ['sent'],
    }),
    'legacy-swap': Flags.boolean({
      description: 'matching by position: the receive log has latitude and longitude the other way round',
      dependsOn: ['sent'],
    }),
    fates: Flags.string({
      helpValue: 'FILE',
      description: 'list every update that was neither seen nor superseded, with the evidence',
    }),
    workers: Flags.integer({
      min: 1,
      default: 1,
      helpValue: 'N',
      description:
        'threads that read: several may pay for gigabytes of logs on a machine with idle cores; no figure depends on it',
    }),
    json: Flags.boolean({ description: 'print the figures as JSON' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Analyse);
    const { analyseLogs } = await import('../analyser/analyse-logs.ts');
    const { text, json } = await analyseLogs({
      ...flags,
      dir: args.rundir,
      trackerAnswers: flags['tracker-answers'],
      timestampIsWallClock: flags['timestamp-is-wall-clock'],
      swapped: flags['legacy-swap'],
    });
    if (flags.json) this.log(JSON.stringify(json, null, 2));
    else this.say(text);
  }
}
