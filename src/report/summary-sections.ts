/** Verdict, figures, fates, thresholds, cost, plan and versions: what needs no chart. */
import { DESIGNS, estimate, FILTER_SECONDS, savings, type Usage } from '../estimate/estimate.ts';
import { PRICES_AS_OF } from '../estimate/prices.ts';
import type { Percentiles } from '../histogram.ts';
import { brokenPromises } from '../run/fault-summary.ts';
import type { RecordedRun } from '../run/recorded-run.ts';
import { hasPassed, type Summary } from '../run/summary.ts';
import { verdictLines } from '../run/summary-text.ts';
import { judgementText } from '../run/threshold.ts';
import { throughputOf } from '../run/throughput.ts';
import { count, html, type Markup, ms, table } from './markup.ts';
import type { Section } from './sections.ts';

export type Mood = 'good' | 'warn' | 'bad';

/** Red where a promise was broken or an update is gone; amber where the figures say less than they should. */
export function moodOf(summary: Summary): Mood {
  const { failed, unknown, lost, refused, unexplained, interrupted, sent, missing = [], deaths = [] } = summary;
  const { lateSeconds = [], waited } = summary;
  if (!hasPassed(summary) || brokenPromises(summary).length > 0) return 'bad';
  if (failed + unknown + lost + refused > 0 || sent === 0) return 'bad';
  if (lateSeconds.length > 0 || waited !== undefined) return 'warn';
  return interrupted || unexplained > 0 || missing.length + deaths.length > 0 ? 'warn' : 'good';
}

function withoutJudgement({ waited: _, ...summary }: Summary): Summary {
  return { ...summary, lateSeconds: [], saturated: false, thresholds: [] };
}

const SIGNS: Record<Mood, string> = { good: '✓', warn: '!', bad: '✗' };

export function verdictCard({ summary }: RecordedRun): Markup {
  const mood = moodOf(summary);
  // What made it fail is to be read first, though every update may have arrived.
  const [arrival, ...failings] = verdictLines(summary);
  const isArrived = summary.sent > 0 && moodOf(withoutJudgement(summary)) === 'good';
  const lines = isArrived && mood !== 'good' ? [...failings.reverse(), arrival!] : [arrival!, ...failings];
  const [first, ...more] = lines;
  return html`<div class="verdict ${mood}"><strong>${SIGNS[mood]} ${sentence(first!)}</strong>${more.map((line) => html`<p>${sentence(line)}</p>`)}${summary.notes.map((note) => html`<p>${note}</p>`)}</div>`;
}

/** The terminal shouts its verdict; a page has sizes for that. */
function sentence(line: string): string {
  const words = /^[A-Z][A-Z ]+/.exec(line)?.[0] ?? '';
  return words === '' ? line : words[0]! + words.slice(1).toLowerCase() + line.slice(words.length);
}

export function factsOf({ summary, slices }: RecordedRun): Markup {
  const { sent, seconds, pausedSeconds = 0, seen, superseded, response, endToEnd } = summary;
  const share = (n: number) => (sent === 0 ? '–' : `${((100 * n) / sent).toFixed(n === sent ? 0 : 2)} %`);
  const facts: [string, string, string][] = [
    ['Devices', count(summary.devices), summary.transport],
    ['Updates sent', count(sent), `in ${seconds.toFixed(1)} s`],
    ['Throughput', throughputOf(summary)?.toFixed(1) ?? '–', pausedSeconds > 0 ? '/s, the pauses left out' : '/s'],
    ['Seen or superseded', share(seen + superseded), 'of all sent'],
    ['Failed, lost or refused', count(summary.failed + summary.unknown + summary.lost + summary.refused), 'updates'],
    ['Response, median', response.count === 0 ? '–' : ms(response.p50), 'ms'],
    ['Response, 99 %', response.count === 0 ? '–' : ms(response.p99), 'ms'],
    ['Publish → seen, 99 %', endToEnd.count === 0 ? '–' : ms(endToEnd.p99), 'ms'],
  ];
  const started =
    slices[0] === undefined
      ? undefined
      : html`<p class="soft">Began ${new Date(slices[0].from).toISOString().slice(0, 19).replace('T', ' ')} UTC</p>`;
  return html`<dl class="facts">${facts.map(([name, value, unit]) => html`<div><dt>${name}</dt><dd>${value} <small>${unit}</small></dd></div>`)}</dl>${started}`;
}

const SENDER = ['acknowledged', 'failed', 'unknown'] as const;
const BACKEND = ['seen', 'superseded', 'filtered', 'refused', 'lost', 'unexplained'] as const;

export function fatesSection(runs: readonly RecordedRun[]): Section {
  return {
    title: 'What became of every update',
    wide: true,
    text: 'Rows: what the sender knows. Columns: what the backend’s logs and history show.',
    parts: runs.map(({ summary }) => {
      const { cross } = summary;
      return table(
        ['', ...BACKEND, 'all'],
        [
          ...SENDER.map((sender) => [
            sender,
            ...BACKEND.map((backend) => count(cross?.[sender]?.[backend] ?? 0)),
            count(summary[sender]),
          ]),
          ['all', ...BACKEND.map((backend) => count(summary[backend])), count(summary.sent)],
        ],
      );
    }),
  };
}

const LATENCIES = {
  response: 'response (due → answer)',
  service: 'service (sent → answer)',
  publishToStore: 'publish → stored',
  endToEnd: 'publish → seen, at the latest',
  endToEndEarliest: 'publish → seen, at the earliest',
  late: 'late (due → sent)',
  lag: 'lag of the generator',
} as const;

export function latencyTableSection(runs: readonly RecordedRun[]): Section {
  const cells = ({ count: n, p50, p90, p99, p999, max }: Percentiles) =>
    n === 0 ? ['–', '–', '–', '–', '–'] : [p50, p90, p99, p999, max].map(ms);
  return {
    title: 'Latencies of the whole run',
    parts: runs.map(({ summary }) =>
      table(
        ['milliseconds', 'p50', 'p90', 'p99', 'p99.9', 'max'],
        Object.entries(LATENCIES).map(([key, name]) => [name, ...cells(summary[key as keyof typeof LATENCIES])]),
      ),
    ),
  };
}

export function thresholdSection(runs: readonly RecordedRun[]): Section | undefined {
  if (runs.every(({ summary }) => summary.thresholds.length === 0)) return undefined;
  return {
    title: 'Thresholds',
    wide: true,
    parts: runs.map(({ summary: { thresholds } }) =>
      thresholds.length === 0
        ? html`<p class="note">None was set.</p>`
        : html`<div class="words">${table(
            ['threshold', 'kept?', 'measured'],
            thresholds.map((one) => [
              one.text,
              one.kept ? '✓ kept' : '✗ broken',
              judgementText(one).split(': ').at(-1)!,
            ]),
          )}</div>`,
    ),
  };
}

const [HOURS, DAYS] = [10, 30];

/** The fleet of a run, as if it drove every day. */
function usageOf({ plan, summary, metrics }: RecordedRun): Usage {
  const { every, pollMs } = plan.options ?? {};
  const devices = Math.max(1, plan.fleet?.devices ?? summary.devices);
  const spanned =
    (plan.lastSampleTime - plan.firstSampleTime) / 1000 / Math.max(1, plan.updates / Math.max(1, plan.devices) - 1);
  const durations = metrics.filter(({ namespace, metric }) => namespace === 'AWS/Lambda' && metric === 'Duration');
  const sum = (of: 'sum' | 'samples') => durations.reduce((n, line) => n + line[of], 0);
  return {
    devices,
    intervalSeconds: every ?? (spanned > 0 ? spanned : FILTER_SECONDS),
    hoursPerDay: HOURS,
    daysPerMonth: DAYS,
    payloadBytes: 160,
    basicIngest: false,
    trackers: plan.target?.trackerCount ?? 10,
    viewers: 1,
    pollSeconds: (pollMs ?? 5000) / 1000,
    lambdaMs: sum('samples') > 0 ? Math.max(1, Math.round(sum('sum') / sum('samples'))) : 50,
    lambdaMegabytes: 256,
  };
}

export function costSection(runs: readonly RecordedRun[]): Section {
  return {
    title: 'What such a fleet would cost on AWS',
    wide: true,
    text: `USD a month at list prices of us-east-1 as of ${PRICES_AS_OF}, unverified; ${HOURS} hours a day, ${DAYS} days. "simctl estimate" takes other assumptions and names the source of each price.`,
    parts: runs.map((run) => {
      const usage = usageOf(run);
      const estimates = DESIGNS.map((design) => estimate(design, usage));
      const names = [...new Set(estimates.flatMap(({ items }) => items.map(({ name }) => name)))];
      const money = (usd: number | undefined) =>
        usd === undefined ? '–' : usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
      const best = estimates.reduce((a, b) => (b.usd < a.usd ? b : a));
      const dominant = best.items.reduce((a, b) => (b.usd > a.usd ? b : a));
      return html`<div><p>${count(usage.devices)} devices, an update every ${Number(usage.intervalSeconds.toFixed(1))} s, ${usage.trackers} trackers, one viewer polling every ${usage.pollSeconds} s, functions of ${usage.lambdaMs} ms. ${dominant.name} are ${Math.round((100 * dominant.usd) / best.usd)} % of the cheapest design, ${best.design}.</p>${table(
        ['', ...estimates.map(({ design }) => design)],
        [
          ...names.map((name) => [
            name,
            ...estimates.map(({ items }) => money(items.find((item) => item.name === name)?.usd)),
          ]),
          ['all', ...estimates.map(({ usd }) => money(usd))],
        ],
      )}${
        savings(best, usage).length === 0
          ? undefined
          : html`<p class="note">Would save: ${savings(best, usage)
              .map(({ text, usd }) => `${text} (${money(usd)})`)
              .join('; ')}.</p>`
      }</div>`;
    }),
  };
}

export function planSection(runs: readonly RecordedRun[]): Section {
  return {
    title: 'Plan and versions',
    wide: true,
    parts: runs.map(({ plan, summary, dir }) => {
      const rows: [string, string][] = [['directory', dir]];
      for (const [key, value] of Object.entries(plan.versions ?? {})) rows.push([key, String(value)]);
      for (const [key, value] of Object.entries(plan)) if (!SET_APART.has(key)) rows.push([key, shown(key, value)]);
      for (const [key, value] of Object.entries(plan.options ?? {}))
        if (!DOUBLED.has(key)) rows.push([`option ${key}`, shown(key, value)]);
      for (const [key, value] of Object.entries(plan.target ?? {})) rows.push([`target ${key}`, shown(key, value)]);
      rows.push(['CPU of the generator', `${summary.cpuSeconds.toFixed(1)} s`]);
      if (summary.standInCpuSeconds !== undefined)
        rows.push(['CPU of the stand-in', `${summary.standInCpuSeconds.toFixed(1)} s`]);
      return html`<div class="words">${table(['setting', 'value'], rows)}</div>`;
    }),
  };
}

const SET_APART = new Set(['options', 'target', 'versions', 'shards']);
const DOUBLED = new Set(['out', 'transport', 'live', 'shift']);

/** Times to be read, and no quotation marks where they say nothing. */
function shown(key: string, value: unknown): string {
  if (/SampleTime$/.test(key) && typeof value === 'number') return new Date(value).toISOString();
  if (typeof value === 'number') return String(Number(value.toPrecision(15)));
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
