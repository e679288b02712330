/** The sections of the page that are made from a run's own figures; each gives one figure or text a run, to stand side by side. */
import type { Histogram } from '../histogram.ts';
import type { RecordedRun } from '../run/recorded-run.ts';
import { columnChart, lineChart } from './chart.ts';
import { type Mark, marksOf } from './marks.ts';
import { count, figure, html, type Markup, ms, table } from './markup.ts';
import type { RunDetails } from './run-details.ts';
import { type RunWindow, runWindows } from './run-windows.ts';

/** A run with all that is drawn of it. */
export interface DrawnRun extends RecordedRun {
  readonly windows: readonly RunWindow[];
  readonly details: RunDetails;
  readonly marks: readonly Mark[];
}

export function drawnRun(run: RecordedRun, details: RunDetails): DrawnRun {
  return { ...run, windows: runWindows(run.slices), details, marks: marksOf(run) };
}

export interface Section {
  readonly title: string;
  readonly text?: string;
  /** One a run; undefined: this run has nothing of it. */
  readonly parts: readonly (Markup | undefined)[];
  readonly wide?: boolean;
}

const seconds = (windows: readonly RunWindow[]) => windows.map(({ from }) => Number(from.toFixed(1)));
const most = (runs: readonly DrawnRun[], of: (window: RunWindow) => number) =>
  Math.max(0, ...runs.flatMap(({ windows }) => windows.map(of)));
const lengthOf = (runs: readonly DrawnRun[]) =>
  Math.max(
    0,
    ...runs.map(({ windows }) => (windows.length === 0 ? 0 : windows.at(-1)!.from + windows.at(-1)!.seconds)),
  );
const none = (text: string) => html`<p class="note">${text}</p>`;
const NO_TIMELINE =
  'There is no timeline.ndjson in this run: an earlier version of simctl made it, or it ended within a second.';
const X_TITLE = 'seconds after the start';

export function throughputSection(runs: readonly DrawnRun[]): Section {
  const rate = (n: number, { seconds: length }: RunWindow) => (length > 0 ? n / length : 0);
  const yMax = most(runs, (window) => Math.max(rate(window.sent, window), rate(window.acknowledged, window)));
  return {
    title: 'Throughput over time',
    text: 'What was sent, and what was acknowledged, a second.',
    parts: runs.map(({ windows, marks }) => {
      if (windows.length === 0) return none(NO_TIMELINE);
      const x = seconds(windows);
      const sent = windows.map((window) => rate(window.sent, window));
      const acknowledged = windows.map((window) => rate(window.acknowledged, window));
      return figure(
        'Updates a second',
        lineChart(
          x,
          [
            { name: 'sent', values: sent },
            { name: 'acknowledged', values: acknowledged },
          ],
          {
            label: `Updates sent and acknowledged a second, up to ${Math.round(yMax)}`,
            xTitle: X_TITLE,
            yTitle: 'updates/s',
            yMax,
            xMax: lengthOf(runs),
            marks,
          },
        ),
        table(
          ['second', 'sent/s', 'acknowledged/s', 'in flight at its end'],
          windows.map(({ inFlight }, n) => [x[n]!, sent[n]!.toFixed(1), acknowledged[n]!.toFixed(1), inFlight]),
        ),
        ['sent', 'acknowledged'],
      );
    }),
  };
}

const PERCENTILES = { p50: 'median', p90: '90 %', p99: '99 %', max: 'slowest' } as const;

export function latencySection(runs: readonly DrawnRun[]): Section {
  const names = Object.keys(PERCENTILES) as (keyof typeof PERCENTILES)[];
  const yMax = most(runs, ({ latencies }) => latencies.response.max);
  return {
    title: 'Latency over time',
    text: 'From when an update was due to its answer, so that waiting counts; a logarithmic scale.',
    parts: runs.map(({ windows, marks }) => {
      if (windows.length === 0) return none(NO_TIMELINE);
      const x = seconds(windows);
      const series = names.map((name) => ({
        name: PERCENTILES[name],
        values: windows.map(({ latencies: { response } }) => (response.count === 0 ? Number.NaN : response[name])),
      }));
      return figure(
        'Response, milliseconds',
        lineChart(x, series, {
          label: `Percentiles of the response time over time, at most ${ms(yMax)} ms`,
          xTitle: X_TITLE,
          yTitle: 'ms',
          y: 'log',
          yMax,
          xMax: lengthOf(runs),
          marks,
        }),
        table(
          ['second', ...series.map(({ name }) => `${name}, ms`)],
          x.map((at, n) => [at, ...series.map(({ values }) => ms(values[n]!))]),
        ),
        series.map(({ name }) => name),
      );
    }),
  };
}

const DISTRIBUTIONS = {
  response: 'response (due → answer)',
  service: 'service (sent → answer)',
  publishToStore: 'publish → stored',
  endToEnd: 'publish → seen',
} as const;

export function percentileSection(runs: readonly DrawnRun[]): Section {
  const of = ({ histograms }: DrawnRun) =>
    Object.entries(DISTRIBUTIONS).flatMap(([tag, name]) => {
      const histogram = histograms.get(tag);
      return histogram === undefined || histogram.totalCount === 0 ? [] : [{ name, histogram }];
    });
  const nines = (histogram: Histogram) => Math.max(1, Math.log10(histogram.totalCount));
  const all = runs.flatMap(of);
  const xMax = Math.max(1, ...all.map(({ histogram }) => nines(histogram)));
  const yMax = Math.max(0, ...all.map(({ histogram }) => histogram.maxValue / 1000));
  const percents = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999];
  const nine = (percent: number) => -Math.log10(1 - percent / 100);
  return {
    title: 'Latency by percentile',
    text: 'Each step to the right leaves out nine tenths of what was left: how bad is one in ten, in a hundred, in a thousand.',
    parts: runs.map((run) => {
      const found = of(run);
      if (found.length === 0) return none('There is no latency.hlog in this run, or nothing was answered.');
      const x = Array.from({ length: 121 }, (_, i) => (xMax * i) / 120);
      const at = (histogram: Histogram, percent: number) => histogram.getValueAtPercentile(percent) / 1000;
      const series = found.map(({ name, histogram }) => ({
        name,
        values: x.map((n) => (n > nines(histogram) + xMax / 120 ? Number.NaN : at(histogram, 100 * (1 - 10 ** -n)))),
      }));
      return figure(
        'Milliseconds by percentile',
        lineChart(x, series, {
          label: `Percentiles of ${found.map(({ name }) => name).join(', ')}`,
          xTitle: 'percentile',
          yTitle: 'ms',
          y: 'log',
          yMax,
          xMax,
          xTicks: percents.map((percent) => ({ at: nine(percent), text: `${percent} %` })),
        }),
        table(
          ['percentile', ...found.map(({ name }) => `${name}, ms`)],
          percents
            .filter((percent) => nine(percent) <= xMax)
            .map((percent) => [`${percent} %`, ...found.map(({ histogram }) => ms(at(histogram, percent)))]),
        ),
        found.map(({ name }) => name),
      );
    }),
  };
}

export function failureSection(runs: readonly DrawnRun[]): Section {
  const all = (failures: Readonly<Record<string, number>>) => Object.values(failures).reduce((sum, n) => sum + n, 0);
  const yMax = most(runs, ({ failures }) => all(failures));
  return {
    title: 'Failures over time',
    text: 'Sends that failed or got no answer, by code.',
    parts: runs.map(({ windows, summary, marks }) => {
      const codes = Object.entries(summary.failures)
        .sort(([, a], [, b]) => b - a)
        .map(([code]) => code);
      if (codes.length === 0) return none('No send failed.');
      if (windows.length === 0) return none(NO_TIMELINE);
      const x = seconds(windows);
      const series = codes.map((name) => ({ name, values: windows.map(({ failures }) => failures[name] ?? 0) }));
      return figure(
        `${count(summary.failed + summary.unknown)} of ${count(summary.sent)}: ${codes.map((code) => `${code} ${count(summary.failures[code]!)}`).join(', ')}`,
        columnChart(x, windows[0]!.seconds, series, {
          label: `Failures by code over time, at most ${yMax} in a window`,
          xTitle: X_TITLE,
          yTitle: 'updates',
          yMax,
          xMax: lengthOf(runs),
          marks,
        }),
        table(
          ['second', ...codes],
          x.map((at, n) => [at, ...series.map(({ values }) => values[n]!)]),
        ),
        codes,
      );
    }),
  };
}

export function latenessSection(runs: readonly DrawnRun[]): Section {
  const limits = runs.map(({ plan }) => plan.options?.lagLimitMs);
  const yMax = most(runs, ({ latencies }) => Math.max(latencies.late.p99, latencies.lag.p99));
  return {
    title: 'Was simctl itself late?',
    text: 'Late: from due to sent, which a slow backend causes too, since a device waits for its answer. Lag: the generator’s own part of it; beyond its limit a run measures the generator and not the backend.',
    parts: runs.map(({ windows, plan, marks }, i) => {
      if (windows.length === 0) return none(NO_TIMELINE);
      if (plan.pace?.kind === 'max')
        return none('Sent as fast as answers came: nothing was due, so nothing could be late.');
      const x = seconds(windows);
      const of = (name: 'late' | 'lag') =>
        windows.map(({ latencies: { [name]: one } }) => (one.count === 0 ? Number.NaN : one.p99));
      const [late, lag] = [of('late'), of('lag')];
      const limit = limits[i];
      return figure(
        '99th percentile, milliseconds',
        lineChart(
          x,
          [
            { name: 'late', values: late },
            { name: 'lag', values: lag },
          ],
          {
            label: `99th percentiles of lateness and lag over time, at most ${ms(yMax)} ms`,
            xTitle: X_TITLE,
            yTitle: 'ms',
            yMax,
            xMax: lengthOf(runs),
            marks,
            limit: limit === undefined ? undefined : { at: limit, text: `limit of the whole run's lag, ${limit} ms` },
          },
        ),
        table(
          ['second', 'late, ms', 'lag, ms'],
          x.map((at, n) => [at, ms(late[n]!), ms(lag[n]!)]),
        ),
        ['late', 'lag'],
      );
    }),
  };
}
