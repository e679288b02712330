/** A report for machines: JSON, CSV, an HdrHistogram log; and Markdown, for a summary of CI. */
import { stringify } from 'csv-stringify/sync';
import { HistogramLogWriter } from 'hdr-histogram-js';
import { decodeHistogram } from '../histogram.ts';
import type { RecordedRun } from '../run/recorded-run.ts';
import { verdictLines } from '../run/summary-text.ts';
import { judgementText } from '../run/threshold.ts';
import { throughputOf } from '../run/throughput.ts';
import { LATENCIES } from '../workers/protocol.ts';
import { runWindows } from './run-windows.ts';
import type { DrawnRun } from './sections.ts';
import { moodOf } from './summary-sections.ts';

/** Everything that the page shows, but for the map. */
export function reportJson(runs: readonly DrawnRun[]): string {
  const one = ({ name, dir, summary, plan, slices, metrics, details }: DrawnRun) => ({
    name,
    dir,
    verdict: verdictLines(summary),
    summary,
    plan,
    seconds: runWindows(slices, slices.length),
    devicesBySeen: details.devicesBySeen === undefined ? null : Object.fromEntries(details.devicesBySeen),
    metrics,
  });
  return `${JSON.stringify({ runs: runs.map(one) }, null, 2)}\n`;
}

/** A line a run and second; latencies in milliseconds, empty where nothing was answered. */
export function reportCsv(runs: readonly RecordedRun[]): string {
  const points = ['p50', 'p90', 'p99', 'max'] as const;
  const heads = ['run', 'from_s', 'seconds', 'sent', 'acknowledged', 'failed', 'unknown', 'in_flight'];
  const rows = runs.flatMap(({ name, slices }) =>
    runWindows(slices, slices.length).map(({ from, seconds, sent, acknowledged, inFlight, latencies }, i) => [
      name,
      from,
      seconds,
      sent,
      acknowledged,
      slices[i]!.failed,
      slices[i]!.unknown,
      inFlight,
      ...LATENCIES.flatMap((of) => points.map((point) => (latencies[of].count === 0 ? '' : latencies[of][point]))),
    ]),
  );
  return stringify([[...heads, ...LATENCIES.flatMap((of) => points.map((point) => `${of}_${point}_ms`))], ...rows], {
    // A name that begins with one of these would be a formula to a spreadsheet.
    escape_formulas: true,
  });
}

/** An interval a second and latency, tagged, values in microseconds: they add up to the whole run. */
export function reportHlog(runs: readonly RecordedRun[]): string {
  let text = '';
  const writer = new HistogramLogWriter((line) => {
    text += line;
  });
  const start = Math.min(...runs.flatMap(({ slices }) => (slices[0] === undefined ? [] : [slices[0].from])));
  writer.outputComment('[simctl latencies in microseconds; Interval_Max in milliseconds]');
  writer.outputLogFormatVersion();
  writer.outputStartTime(Number.isFinite(start) ? start : 0);
  writer.outputLegend();
  for (const [i, { slices }] of runs.entries()) {
    for (const { from, to, latencies } of slices) {
      for (const name of LATENCIES) {
        const histogram = decodeHistogram(latencies[name]);
        // A tag may hold neither commas nor blanks, so runs are numbered.
        histogram.tag = runs.length === 1 ? name : `${i + 1}.${name}`;
        writer.outputIntervalHistogram(histogram, from / 1000, to / 1000, 1000);
      }
    }
  }
  return text;
}

const SIGNS = { good: '✅', warn: '⚠️', bad: '❌' } as const;

export function reportMarkdown(runs: readonly RecordedRun[]): string {
  const cell = (text: string | number) =>
    String(text)
      .replace(/[\\`*_{}[\]<>&#|~!]/g, (c) => `&#${c.charCodeAt(0)};`)
      .replace(/\s+/g, ' ');
  const row = (cells: readonly (string | number)[]) => `| ${cells.map(cell).join(' | ')} |`;
  const ms = (value: number, of: { count: number }) => (of.count === 0 ? '–' : value.toFixed(value < 100 ? 1 : 0));
  const heads = [
    'run',
    'devices',
    'sent',
    'failed',
    'lost',
    'refused',
    'unexplained',
    'per s',
    'response p50, ms',
    'p99',
    'publish → seen p99',
  ];
  return [
    '## simctl',
    '',
    ...runs.map(
      ({ name, summary }) =>
        `${SIGNS[moodOf(summary)]} **${cell(name)}**: ${verdictLines(summary).map(cell).join(' ')}\n`,
    ),
    row(heads),
    `|${heads.map((_, i) => (i === 0 ? '---|' : '---:|')).join('')}`,
    ...runs.map(({ name, summary }) => {
      const { devices, sent, failed, unknown, lost, refused, unexplained, response, endToEnd } = summary;
      return row([
        name,
        devices,
        sent,
        failed + unknown,
        lost,
        refused,
        unexplained,
        throughputOf(summary)?.toFixed(1) ?? '–',
        ms(response.p50, response),
        ms(response.p99, response),
        ms(endToEnd.p99, endToEnd),
      ]);
    }),
    '',
    ...runs.flatMap(({ name, summary: { thresholds } }) =>
      thresholds.map(
        (one) =>
          `- ${one.kept ? '✅' : '❌'} ${cell(name)}: ${cell(
            judgementText(one)
              .trim()
              .replace(/^(kept|BROKEN) +/, ''),
          )}`,
      ),
    ),
    '',
  ].join('\n');
}
