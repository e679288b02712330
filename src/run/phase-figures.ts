import { readLog } from '../analyser/read-log.ts';
import { inColumns } from '../columns.ts';
import { type Histogram, newHistogram, type Percentiles, percentilesOf, recordMs } from '../histogram.ts';
import type { SentLine } from '../logs.ts';
import { senderVerdict } from '../model.ts';
import type { Pause } from '../workers/pause.ts';
import { type Phase, phaseAt } from './phases.ts';

/** How a phase went: of the updates that were due in it, whenever they were answered. Times in ms. */
export interface PhaseFigures {
  name: string;
  seconds: number;
  sent: number;
  acknowledged: number;
  failed: number;
  unknown: number;
  response: Percentiles;
  service: Percentiles;
  late: Percentiles;
}

/** Epoch ms with three decimals are a little off: what is due at a phase's start must not come before it. */
const ROUNDED_MS = 0.01;

/** A send log; pauses moved on what had not been sent by their end. */
export interface PhasedLog {
  readonly file: string;
  /** Epoch ms of its first phase. */
  readonly start: number;
  readonly pauses?: readonly Pause[];
}

/** From the send logs, so that those of many workers, and of many machines, are the same as one's. */
export async function phaseFigures(phases: readonly Phase[], logs: readonly PhasedLog[]): Promise<PhaseFigures[]> {
  const sums = phases.map(newSum);
  for (const { file, start, pauses = [] } of logs) {
    await readLog(file, (line) => {
      if (typeof line.dueAt !== 'number') return;
      const attempt = line as unknown as SentLine;
      const moved = pauses.reduce((ms, { from, to }) => (to <= attempt.sentAt ? ms + to - from : ms), 0);
      // A pace without a schedule may begin its last update just before the end, and the log has microseconds.
      const at = phaseAt(phases, Math.max(0, attempt.dueAt - start - moved) + ROUNDED_MS)?.index ?? phases.length - 1;
      add(sums[at]!, attempt);
    });
  }
  return sums.map((sum, i) => ({
    ...phases[i]!,
    ...sum.counts,
    response: percentilesOf(sum.response),
    service: percentilesOf(sum.service),
    late: percentilesOf(sum.late),
  }));
}

interface Sum {
  readonly counts: { sent: number; acknowledged: number; failed: number; unknown: number };
  readonly response: Histogram;
  readonly service: Histogram;
  readonly late: Histogram;
}

function newSum(): Sum {
  return {
    counts: { sent: 0, acknowledged: 0, failed: 0, unknown: 0 },
    response: newHistogram(),
    service: newHistogram(),
    late: newHistogram(),
  };
}

/** As tally.ts counts the whole. */
function add({ counts, response, service, late }: Sum, { dueAt, sentAt, doneAt, failure }: SentLine): void {
  counts.sent++;
  counts[senderVerdict(failure)]++;
  recordMs(late, sentAt - dueAt);
  if (failure !== undefined) return;
  recordMs(response, doneAt - dueAt);
  recordMs(service, doneAt - sentAt);
}

/** A table for a person, a line a phase. */
export function phaseTable(phases: readonly PhaseFigures[] = []): string[] {
  if (phases.length === 0) return [];
  const ms = ({ count }: Percentiles, value: number) => (count === 0 ? '–' : value.toFixed(value < 100 ? 2 : 0));
  return [
    ...inColumns([
      ['phase', 'seconds', 'sent', '/s', 'failed', 'unknown', 'p50 ms', 'p99 ms', 'late p99'],
      ...phases.map(({ name, seconds, sent, failed, unknown, response, late }) => [
        name,
        String(seconds),
        String(sent),
        (sent / seconds).toFixed(1),
        String(failed),
        String(unknown),
        ms(response, response.p50),
        ms(response, response.p99),
        ms(late, late.p99),
      ]),
    ]),
    '',
  ];
}
