import { analyseLogs, type LogsRequest } from '../analyser/analyse-logs.ts';

/** Logs, or a run's directory; what is left out is as with `simctl analyse`. */
export type AnalysisRequest = Partial<LogsRequest>;

export interface Analysis {
  /** As `simctl analyse` prints it. */
  readonly text: string;
  /** As `simctl analyse --json` does. */
  readonly json: object;
}

/**
 * What became of every update, from the logs of a run.
 * @param of a run's directory, or logs
 * @throws UsageError for logs that are missing, empty, damaged, or of different runs
 */
export function analyse(of: string | AnalysisRequest): Promise<Analysis> {
  const request = typeof of === 'string' ? { dir: of } : of;
  return analyseLogs({ trackerAnswers: false, timestampIsWallClock: false, swapped: false, ...request });
}
