/**
 * What a deployed backend noted of a run by itself, read back from CloudWatch. A run is a run without it: where it cannot
 * be had, that is said.
 */
import { rm } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Reporter } from '../dashboard/reporter.ts';
import { messageOf } from '../errors.ts';
import type { Target } from '../target.ts';
import type { FleetResult } from '../workers/fleet-result.ts';
import { writeMetrics } from './cloudwatch.ts';
import { writeAnswers } from './ingest-answers.ts';
import type { RunOptions } from './options.ts';
import type { RunDirectory } from './run-directory.ts';
import type { Ending } from './signals.ts';

interface Asked {
  readonly options: Pick<RunOptions, 'transport'>;
  readonly target: Target;
  readonly files: RunDirectory;
  readonly fleet: FleetResult;
  /** Of one shard, its devices. */
  readonly only: ReadonlySet<string> | undefined;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly ending: Ending;
}

const windowOf = ({ firstSentAt, lastDoneAt }: FleetResult) => ({ from: firstSentAt, to: lastDoneAt });

/** What the functions and the rule did meanwhile. */
export async function readCloudMetrics({ target, files, fleet, clock, reporter, ending }: Asked): Promise<void> {
  const { stack, region } = target;
  if (stack === undefined || fleet.firstSentAt === 0) return;
  reporter.step('metrics', 'Reading what CloudWatch saw, which comes some minutes late');
  const [window, abort] = [windowOf(fleet), ending.abort];
  try {
    const { settled } = await writeMetrics({ region, stack, window, file: files.metrics, clock, abort });
    if (!settled) reporter.note(`CloudWatch’s figures in ${files.metrics} may lack the last minutes`);
  } catch (error) {
    reporter.note(`CloudWatch could not be read: ${messageOf(error)}`);
  }
}

/**
 * The trackers' answers, as the ingest function printed them: what explains that an update was refused or filtered.
 * @returns whether there is an ingest log now.
 */
export async function readCloudAnswers(asked: Asked): Promise<boolean> {
  const { options, target, files, fleet, only, clock, reporter, ending } = asked;
  const { stack, region } = target;
  if (stack === undefined || options.transport !== 'iot' || fleet.firstSentAt === 0) return false;
  const { ingestLogGroup: logGroup, ingest } = stack;
  if (logGroup === undefined) {
    const why = ingest === 'direct' ? 'no function stores what is sent' : 'its function prints no answers';
    reporter.note(`The stack ${stack.name} has no ingest log (${why}): what is not stored stays unexplained`);
    return false;
  }
  reporter.step('metrics', `Reading the trackers' answers in ${logGroup}`);
  const [window, expected, abort, file] = [windowOf(fleet), fleet.counts.acknowledged, ending.abort, files.ingest];
  try {
    const { settled } = await writeAnswers({ region, logGroup, window, expected, only, file, clock, abort });
    if (!settled) reporter.note(`${file} may lack answers: what is neither there nor stored stays unexplained`);
    return true;
  } catch (error) {
    await rm(file, { force: true });
    const text = `The trackers' answers could not be read from ${logGroup}: ${messageOf(error)}`;
    reporter.note(`${text}; what is not stored stays unexplained`);
    return false;
  }
}
