/** What was found, for people and as plain data. */
import { inColumns } from '../columns.ts';
import { type Percentiles, percentilesOf } from '../histogram.ts';
import type { BackendVerdict, SenderVerdict } from '../model.ts';
import type { Findings } from './analyse.ts';
import type { Matched } from './match-logs.ts';

export interface Report {
  readonly text: string;
  readonly json: object;
}

const SENDER: readonly SenderVerdict[] = ['acknowledged', 'failed', 'unknown'];
const BACKEND: readonly BackendVerdict[] = ['seen', 'superseded', 'filtered', 'refused', 'lost', 'unexplained'];

const MATCH_ROWS = 20;

export function findingsReport(findings: Findings): Report {
  const latencies = {
    publishToStore: percentilesOf(findings.publishToStore),
    endToEnd: percentilesOf(findings.endToEnd),
    endToEndEarliest: percentilesOf(findings.endToEndEarliest),
  };
  return { text: findingsText(findings, latencies), json: { ...findings, ...latencies } };
}

function findingsText(findings: Findings, latencies: Record<string, Percentiles>): string {
  const { devices, sent, cross, failures, refusals, evidence, duplicated, reordered, negative, notes } = findings;
  const line = (name: string, counts: readonly number[]) => [name, ...counts.map(String)];
  return [
    `${devices} devices sent ${sent} updates`,
    '',
    ...inColumns([
      ['', ...SENDER, 'all'],
      ...BACKEND.map((backend) =>
        line(backend, [...SENDER.map((sender) => cross[sender][backend]), findings[backend]]),
      ),
      line('all', [...SENDER.map((sender) => findings[sender]), sent]),
    ]),
    '',
    ...codes('failures', failures),
    ...codes('refusals', refusals),
    `evidence: ${evidence.received ? 'receive log' : 'no receive log'}, history of ${evidence.sweptDevices} of ${devices} devices, ${evidence.ingest ? 'answers of the trackers' : 'no answers of the trackers'}`,
    `delivered again ${duplicated}, out of order ${reordered}, latencies below zero ${negative}`,
    '',
    row('ms', ['p50', 'p90', 'p99', 'p99.9', 'max']),
    latencyRow('publish → stored', latencies.publishToStore!),
    latencyRow('publish → seen, latest', latencies.endToEnd!),
    latencyRow('publish → seen, earliest', latencies.endToEndEarliest!),
    ...noteLines(notes),
  ].join('\n');
}

export function matchedReport(matched: Matched): Report {
  return { text: matchedText(matched), json: matched };
}

function matchedText({ logs, latency, devicesByMatches, notes, ...counts }: Matched): string {
  const { sent, received, matched, devices, toleranceDegrees } = counts;
  return [
    ...logs.map(({ file, dialect, lines }) => `${file}: ${lines} lines of "${dialect}"`),
    `matched by position, forward only, within ${toleranceDegrees} degrees on each axis`,
    `${matched} of ${sent} sent entries matched (${received} received), ${devices - (devicesByMatches[0] ?? 0)} of ${devices} devices`,
    '',
    'matches         devices',
    ...matchRows(devicesByMatches),
    ...(latency === undefined
      ? []
      : [
          '',
          row('ms', ['min', 'p50', 'p90', 'p99', 'max', 'mean']),
          row(
            'received − sent',
            [latency.min, latency.p50, latency.p90, latency.p99, latency.max, latency.mean].map(ms),
          ),
          ...(latency.negative > 0 ? [`${latency.negative} are below zero: the clocks disagree`] : []),
          '',
          ...latency.bins.map(({ from, to, count }) => bar(from, to, count, latency.count)),
        ]),
    ...noteLines(notes),
  ].join('\n');
}

/** One line a number of matches, or a range of them where there are many. */
function matchRows(devicesByMatches: Matched['devicesByMatches']): string[] {
  const numbers = Object.keys(devicesByMatches).map(Number); // ascending, as integer keys are
  const width = Math.ceil(numbers.length <= MATCH_ROWS ? 1 : (numbers.at(-1)! + 1) / MATCH_ROWS);
  const rows = new Map<number, number>();
  for (const matches of numbers) {
    const from = Math.floor(matches / width) * width;
    rows.set(from, (rows.get(from) ?? 0) + devicesByMatches[matches]!);
  }
  return [...rows].map(([from, devices]) => {
    const name = width === 1 ? `${from}` : `${from} to ${from + width - 1}`;
    return `${name.padEnd(14)}${String(devices).padStart(9)}`;
  });
}

function codes(name: string, counts: Record<string, number>): string[] {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? [] : [`${name}: ${entries.map(([code, n]) => `${code} ${n}`).join(', ')}`];
}

function latencyRow(name: string, { count, p50, p90, p99, p999, max }: Percentiles): string {
  return row(name, count === 0 ? ['–', '–', '–', '–', '–'] : [p50, p90, p99, p999, max].map(ms));
}

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(26)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function ms(value: number): string {
  return Math.abs(value) < 100 ? value.toFixed(2) : value.toFixed(0);
}

function bar(from: number, to: number, count: number, all: number): string {
  const length = Math.ceil((40 * count) / all);
  return `${ms(from).padStart(10)} – ${ms(to).padStart(10)} ${String(count).padStart(9)} ${'█'.repeat(length)}`.trimEnd();
}

function noteLines(notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : ['', ...notes.map((note) => `note: ${note}`)];
}
