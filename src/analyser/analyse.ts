/** Joins all logs of a run on (device id, sample time), and says what became of every update. */
import { type AnswersFrom, joinDevice } from './device-evidence.ts';
import { type Evidence, gather, type RunLogs } from './evidence.ts';
import { fatesOf } from './fate.ts';
import { openFateList } from './fate-list.ts';
import { addDevice, addFate, type Findings, newClocks, noFindings, stateClocks } from './findings.ts';
import { addLatencies, addPlainDevice, newLatencies } from './plain-device.ts';
import { swappedAxesNote } from './swapped-axes.ts';

export type { RunLogs } from './evidence.ts';
export type { Findings } from './findings.ts';

export interface AnalyseOptions extends RunLogs {
  /** Transport `tracker`: the send log itself holds the tracker's answers, `tracker:<Code>` where it refused. */
  readonly trackerAnswers?: boolean;
  /** Where to list every update that was neither seen nor superseded. */
  readonly fatesOut?: string;
  /** Threads that read; see ReadAheadOptions. No figure depends on it. */
  readonly workers?: number | undefined;
}

/** @throws UsageError that names file and line, for a log that cannot be read; RunError where `fatesOut` cannot be written */
export async function analyseRun(options: AnalyseOptions): Promise<Findings> {
  return await account(await gather(options, { workers: options.workers }), options);
}

export async function account(evidence: Evidence, options: AnalyseOptions): Promise<Findings> {
  const { halfLines, notes } = evidence;
  const from: AnswersFrom = options.trackerAnswers ? 'sender' : options.ingest === undefined ? 'nowhere' : 'ingest';
  const findings = noFindings();
  findings.halfLines = halfLines;
  findings.notes.push(...notes);
  findings.evidence.received = options.received !== undefined;
  findings.evidence.ingest = from !== 'nowhere';
  const latencies = newLatencies();
  const clocks = newClocks();
  const list = options.fatesOut === undefined ? undefined : await openFateList(options.fatesOut);
  for (const { id, log } of evidence.logs()) {
    if (addPlainDevice(findings, log, evidence, from, latencies, clocks)) continue;
    const device = joinDevice(log, evidence, from);
    addDevice(findings, device);
    for (const fate of fatesOf(device)) {
      addFate(findings, fate, device, clocks);
      if (fate.backend !== 'seen' && fate.backend !== 'superseded') list?.add(id, fate);
    }
    await list?.flush();
  }
  addLatencies(findings, latencies);
  await list?.finish();
  stateClocks(findings, clocks);
  findings.notes.push(...(await swappedAxesNote(options.sent, options.received)));
  return findings;
}
