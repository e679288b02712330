import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { HistogramLogReader } from 'hdr-histogram-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newHistogram } from '../../src/histogram.ts';
import { appendStepSummary, makeReport } from '../../src/report/report.ts';
import { readRun } from '../../src/run/recorded-run.ts';
import { recordedRun } from '../support/recorded-run.ts';

const AT = new Date('2026-11-24T12:00:00Z');
let dir = '';
const at = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'simctl-report-'));
  recordedRun(at('good'), { seconds: 30 });
  recordedRun(at('bad'), {
    seconds: 30,
    failedPerMille: 30,
    deviceId: (n) => `<img src=x onerror=alert(${n})>`,
    summary: {
      notes: ['</style><script>alert("note")</script>'],
      refused: 3,
      refusals: { '"><script>alert(1)</script>': 3 },
      failures: { '</svg><script>alert(2)</script>': 36, 'no-answer': 1 },
      thresholds: [{ text: 'lost == 0 | `x` <b>', kept: false, measured: 3, unit: '' }],
    },
  });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const make = (format: Parameters<typeof makeReport>[1], ...names: string[]) => makeReport(names.map(at), format, AT);

it('of a run that was held has its throughput without the pause, and says so', async () => {
  recordedRun(at('held'), { seconds: 30, summary: { acknowledged: 800, pausedSeconds: 10 } });
  expect(await make('html', 'held')).toContain('<dd>40.0 <small>/s, the pauses left out</small></dd>');
  expect(await make('markdown', 'held')).toContain('| 40.0 |');
});

describe('the page', () => {
  it('says the verdict first, and has every section, with the figures of each chart', async () => {
    const page = await make('html', 'good');
    const text = page.replace(/<style>.*?<\/style>/s, '');
    expect(text.indexOf('Every update arrived: 1200 of 1200')).toBeLessThan(text.indexOf('<h2>'));
    for (const title of [
      'Throughput over time',
      'Latency by percentile',
      'Failures over time',
      'Was simctl itself late',
      'Reliability by device',
      'Order of arrival',
      'Lambda',
      'Where the devices went',
      'would cost',
      'Plan and versions',
    ])
      expect(text).toContain(title);
    const figures = text.split('<figure>').slice(1);
    expect(figures.length).toBeGreaterThanOrEqual(9);
    for (const one of figures) {
      expect(one).toMatch(/role="img" aria-label="[^"]+"/);
      expect(one).toMatch(/<table>.*<td>/s);
      expect(one).not.toContain('NaN');
    }
  });

  it('fetches nothing and runs nothing', async () => {
    const page = await make('html', 'good', 'bad');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(script|link|img|iframe|object)|url\(|@import|https?:\/\//i);
  });

  it('escapes whatever came from data', async () => {
    const page = await make('html', 'bad');
    expect(page).not.toMatch(/<script|<img|<b>/);
    expect(page).toContain('&#60;script&#62;alert(&#34;note&#34;)');
  });

  it('leads with what broke, in words for each run', async () => {
    const page = await make('html', 'good', 'bad');
    expect(page.match(/class="verdict (good|bad)"/g)).toEqual(['class="verdict good"', 'class="verdict bad"']);
    expect(page).toContain('2 runs side by side');
  });

  it('is made of a summary alone too, and says what is missing', async () => {
    recordedRun(at('bare'), { seconds: 3 });
    for (const name of [
      'sent-00.ndjson',
      'received.ndjson',
      'ingest.ndjson',
      'timeline.ndjson',
      'latency.hlog',
      'stand-in/metrics.ndjson',
    ])
      rmSync(at(`bare/${name}`));
    const page = await make('html', 'bare');
    expect(page).toContain('There is no timeline.ndjson in this run');
    expect(page).toContain('There is no latency.hlog');
    expect(page).not.toContain('<figure>');
  });

  it('is refused for what is no run', async () => {
    await expect(make('html', 'nowhere')).rejects.toThrow('there is no summary.json');
  });
});

describe('for machines', () => {
  it('JSON has the summary, the plan, and the run by the second', async () => {
    const { runs } = JSON.parse(await make('json', 'good', 'bad')) as { runs: Record<string, never>[] };
    expect(runs).toMatchObject([{ name: 'good', summary: { sent: 1200 }, devicesBySeen: { 60: 20 } }, { name: 'bad' }]);
    expect(runs[0]!.seconds).toHaveLength(30);
  });

  it('CSV has a line a second, which add up', async () => {
    const rows: Record<string, string>[] = parse(await make('csv', 'good', 'bad'), { columns: true });
    expect(rows).toHaveLength(60);
    expect(rows.reduce((sum, { sent }) => sum + Number(sent), 0)).toBe(2400);
    expect(Number(rows[0]!.response_p50_ms)).toBeGreaterThan(1);
  });

  it('the HdrHistogram log is read by the standard reader, and its seconds add up to the whole run', async () => {
    const reader = new HistogramLogReader(await make('hdr', 'good'), 32);
    const sum = newHistogram();
    for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram())
      if (next.tag === 'response') sum.add(next as never);
    const whole = (await readRun(at('good'))).histograms.get('response')!;
    expect(sum.totalCount).toBe(1200);
    expect(sum.getValueAtPercentile(99)).toBe(whole.getValueAtPercentile(99));
  });

  it('Markdown has a row a run, and nothing in it that breaks the table', async () => {
    const text = await make('markdown', 'good', 'bad');
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map((row) => row.split('|').length)).size).toBe(1);
    expect(text).toContain('✅ **good**');
    expect(text).not.toMatch(/<b>|`x`/);
  });

  it("goes to the summary of GitHub's job, where there is one", async () => {
    await appendStepSummary('a\n', at('summary.md'));
    await appendStepSummary('b\n', at('summary.md'));
    expect(readFileSync(at('summary.md'), 'utf8')).toBe('a\nb\n');
    await expect(appendStepSummary('a', undefined)).rejects.toThrow('GITHUB_STEP_SUMMARY');
  });
});
