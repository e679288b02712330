/** What "simctl analyse" does: a run's directory, or single logs of any dialect. */
import { UsageError } from '../errors.ts';
import { type AnalyseOptions, account } from './analyse.ts';
import { dialectOf } from './dialect.ts';
import { type Evidence, gather } from './evidence.ts';
import { differentRuns, matchLogs } from './match-logs.ts';
import { findingsReport, matchedReport, type Report } from './report.ts';
import { runLogs } from './run-logs.ts';

export interface LogsRequest {
  /** A run's directory … */
  readonly dir?: string | undefined;
  /** … or files. */
  readonly sent?: readonly string[] | undefined;
  readonly received?: string | undefined;
  readonly history?: string | undefined;
  readonly ingest?: string | undefined;
  /** Of files: see AnalyseOptions. */
  readonly trackerAnswers: boolean;
  /** Of 2022 logs: see MatchRequest. */
  readonly timestampIsWallClock: boolean;
  readonly swapped: boolean;
  /** Lists what was neither seen nor superseded. */
  readonly fates?: string | undefined;
  /** See AnalyseOptions. */
  readonly workers?: number | undefined;
}

/** @throws UsageError for logs that are missing, empty, damaged, or of different runs */
export async function analyseLogs(request: LogsRequest): Promise<Report> {
  const { dir, sent = [], received } = request;
  if ((dir === undefined) === (sent.length === 0)) {
    throw new UsageError("say what to analyse: either a run's directory, or logs with --sent and --received");
  }
  if (dir !== undefined) return await accountFor(await runLogs(dir), request);
  if (await areOurs(sent, received)) {
    const logs = ours(request);
    return await accountFor(logs, request, (evidence) => requireSharedDevice(evidence, logs));
  }
  if (received === undefined) {
    throw new UsageError('a log of the 2022 project is matched with a receive log; name it with --received');
  }
  const { history, ingest, trackerAnswers, fates } = request;
  const vain = Object.entries({ history, ingest, 'tracker-answers': trackerAnswers, fates }).filter(
    ([, given]) => given,
  );
  if (vain.length > 0) {
    throw new UsageError(
      `${vain.map(([flag]) => `--${flag}`).join(', ')} cannot be used with logs of the 2022 project`,
      {
        hint: 'They hold no sample times that other logs could be joined on; a fate cannot be told from them.',
      },
    );
  }
  return matchedReport(await matchLogs({ ...request, sent, received }));
}

/** Logs of simctl hold sample times; all others can only be matched by position. */
async function areOurs(sent: readonly string[], received: string | undefined): Promise<boolean> {
  for (const file of sent) {
    const dialect = await dialectOf(file);
    if (dialect === undefined) throw nothingSent([file]);
    if (dialect.startsWith('2022')) return false;
  }
  return received === undefined || (await dialectOf(received))?.startsWith('2022') !== true;
}

function ours({ sent = [], received, history, ingest, trackerAnswers }: LogsRequest): AnalyseOptions {
  return {
    sent,
    ...(received === undefined ? {} : { received }),
    ...(history === undefined ? {} : { history }),
    ...(ingest === undefined ? {} : { ingest }),
    trackerAnswers,
  };
}

async function accountFor(
  logs: AnalyseOptions,
  { fates, workers }: Pick<LogsRequest, 'fates' | 'workers'>,
  check: (evidence: Evidence) => void = () => {},
): Promise<Report> {
  const evidence = await gather(logs, { workers });
  try {
    if (evidence.devices === 0) throw nothingSent(logs.sent);
    check(evidence);
  } catch (error) {
    evidence.close();
    throw error;
  }
  const findings = await account(evidence, { ...logs, ...(fates === undefined ? {} : { fatesOut: fates }) });
  if (logs.received !== undefined && findings.seen === 0) {
    findings.notes.push(
      evidence.received === 0
        ? `${logs.received} is empty: nothing was seen`
        : `no update that was sent is in ${logs.received}: is it of the same run?`,
    );
  }
  return findingsReport(findings);
}

/** Of a run's directory that would be too strict: a viewer may see other fleets alone, where all of this one was lost. */
function requireSharedDevice({ received, strangers }: Evidence, logs: AnalyseOptions): void {
  if (logs.received !== undefined && received > 0 && strangers === received) {
    throw differentRuns(logs.sent, logs.received);
  }
}

function nothingSent(files: readonly string[]): UsageError {
  return new UsageError(`nothing was sent: there is no whole line in ${files.join(', ')}`, {
    hint: 'A run that is stopped before its first send leaves such logs.',
  });
}
